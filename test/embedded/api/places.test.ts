import { expect } from 'chai'
import { until } from '../../support/until.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

type Named = { name: string }

describe('the Platform API: regions, teams, spaces and generations', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
  })
  after(() => test.end())

  it('lists regions, stacks and dyno sizes, and finds each by name and id', async () => {
    for (const [list, name] of [
      ['/regions', 'eu'],
      ['/stacks', 'heroku-24'],
      ['/dyno-sizes', 'dyno-2c-1gb'],
    ]) {
      const { body } = await test.call<(Named & { id: string })[]>('GET', list!)
      const one = body.find((each) => each.name === name)!
      expect((await test.call('GET', `${list}/${name}`)).body).to.deep.equal(one)
      expect((await test.call('GET', `${list}/${one.id}`)).body).to.deep.equal(one)
      expect((await test.call('GET', `${list}/nowhere`)).status).to.equal(404)
    }
  })

  it('makes apps in a region, for a team, and in a space', async () => {
    expect(
      (await test.call<{ region: Named }>('POST', '/apps', { name: 'european', region: 'eu' })).body
        .region.name,
    ).to.equal('eu')
    expect((await test.call('POST', '/apps', { name: 'nowhere', region: 'moon' })).status).to.equal(
      422,
    )
    expect(
      (await test.call('POST', '/apps', { name: 'nowhere', region: 'tokyo' })).status,
    ).to.equal(422)
    const team = await test.call<{ team: Named; space: null }>('POST', '/teams/apps', {
      name: 'of-team',
      team: 'acme',
    })
    expect(team.status).to.equal(201)
    expect(team.body).to.deep.include({ space: null }).and.have.nested.property('team.name', 'acme')
    const shield = await test.call('POST', '/spaces', {
      name: 'acme-shield',
      team: 'acme',
      shield: true,
      region: 'frankfurt',
    })
    expect(shield.status).to.equal(201)
    expect(
      (await test.call('POST', '/spaces', { name: 'acme-shield', team: 'acme' })).status,
    ).to.equal(422)
    await test.call('POST', '/teams/apps', { name: 'in-shield', space: 'acme-shield' })
    const app = (
      await test.call<{ space: object; team: Named; region: Named; generation: Named }>(
        'GET',
        '/apps/in-shield',
      )
    ).body
    expect(app.space).to.deep.equal({ id: shield.body.id, name: 'acme-shield', shield: true })
    expect([app.team.name, app.region.name, app.generation.name]).to.deep.equal([
      'acme',
      'frankfurt',
      'cedar',
    ])
    expect((await test.call<Named[]>('GET', '/teams')).body.map(({ name }) => name)).to.include(
      'acme',
    )
    expect(
      (await test.call<Named[]>('GET', '/teams/acme/apps')).body.map(({ name }) => name),
    ).to.have.members(['of-team', 'in-shield'])
    expect((await test.call('DELETE', '/spaces/acme-shield')).status).to.equal(422)
    await test.restart()
    expect((await test.call<{ space: Named }>('GET', '/apps/in-shield')).body.space.name).to.equal(
      'acme-shield',
    )
    expect((await test.call('GET', '/spaces/acme-shield')).body.shield).to.equal(true)
  })

  it('gives apps the sizes of their runtime alone', async () => {
    await test.deployedApp('common')
    const scale = (app: string, size: string) =>
      test.call(
        'PATCH',
        `/apps/${app}/formation`,
        { updates: [{ type: 'web', quantity: 1, size }] },
        { isLoose: true },
      )
    expect((await scale('common', 'private-m')).body.message).to.match(
      /Private-M dynos are not available for this app, which runs on the Common Runtime/,
    )
    expect((await scale('common', 'dyno-2c-1gb')).status).to.equal(422)
    expect(
      (await test.call<Named[]>('GET', '/apps/in-shield/available-dyno-sizes')).body.map(
        ({ name }) => name,
      ),
    )
      .to.include('Shield-M')
      .and.not.include('Standard-1X')
  })

  it('presents an app as Fir: an image instead of a slug, dynos of its sizes, sessions that tail', async () => {
    await test.call('POST', '/spaces', { name: 'acme-fir', team: 'acme', generation: 'fir' })
    await test.call('POST', '/teams/apps', { name: 'on-fir', space: 'acme-fir' })
    await test.deployedApp('on-cedar')
    const source = await test.uploadedSource()
    const build = await test.call<{ id: string }>('POST', '/apps/on-fir/builds', {
      source_blob: { url: source, version: '1a2b3c4d5e6f7081' },
    })
    await until(
      'the build to end',
      async () =>
        (await test.call<{ status: string }>('GET', `/apps/on-fir/builds/${build.body.id}`)).body
          .status !== 'pending',
    )
    const releases = async (version: string) =>
      (
        await test.call<Record<string, unknown>[]>('GET', '/apps/on-fir/releases', undefined, {
          headers: { accept: `application/vnd.heroku+json; version=${version}` },
          isOutside: version === '3.sdk',
        })
      ).body.at(-1)!
    const release = await releases('3')
    expect(release).to.include({ slug: null }).and.not.have.property('oci_image')
    const { id: image } = (release.artifacts as { type: string; id: string }[])[0]!
    expect(release.artifacts).to.deep.equal([{ type: 'oci-image', id: image }])
    expect((await releases('3.sdk')).oci_image).to.deep.equal({ id: image })
    const images = await test.call<{ commit: string }[]>(
      'GET',
      `/apps/on-fir/oci-images/${image}`,
      undefined,
      { isOutside: true },
    )
    expect(images.body[0]!.commit).to.equal('1a2b3c4d5e6f7081')
    expect((await test.call('GET', `/apps/on-fir/slugs/${image}`)).status).to.equal(404)
    expect(
      (await test.call<{ size: string }[]>('GET', '/apps/on-fir/formation')).body[0]!.size,
    ).to.equal('dyno-1c-0.5gb')
    expect(
      (
        await test.call(
          'PATCH',
          '/apps/on-fir/formation',
          { updates: [{ type: 'web', size: 'standard-1x' }] },
          { isLoose: true },
        )
      ).status,
    ).to.equal(422)
    const { logplex_url: url } = (
      await test.call<{ logplex_url: string }>('POST', '/apps/on-fir/log-sessions', {
        lines: 100,
        tail: false,
      })
    ).body
    const abort = new AbortController()
    const response = await fetch(url, { signal: abort.signal })
    const first = response.body!.getReader().read()
    await test.call('PATCH', '/apps/on-fir', { maintenance: true })
    expect(new TextDecoder().decode((await first).value))
      .to.match(/Enable maintenance mode/)
      .and.not.match(/Release v1/)
    abort.abort()
  })

  it('makes new apps of the generation that it is told', async () => {
    const put = (generation: string) =>
      fetch(`${test.platform.info.apiUrl}/shipit/generation`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${test.platform.info.token}` },
        body: JSON.stringify({ generation }),
      })
    expect((await put('elm')).status).to.equal(422)
    expect((await put('fir')).status).to.equal(200)
    await test.restart()
    expect(
      (await test.call<{ generation: Named }>('POST', '/apps', { name: 'new-fir' })).body.generation
        .name,
    ).to.equal('fir')
    await put('cedar')
    expect(
      (await test.call<{ generation: Named }>('POST', '/apps', { name: 'new-cedar' })).body
        .generation.name,
    ).to.equal('cedar')
  })
})
