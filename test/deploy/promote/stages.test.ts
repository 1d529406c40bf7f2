import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chooseTargets } from '../../../src/deploy/promote/stages.js'
import { commitDifferences, configDifferences } from '../../../src/deploy/promote/differences.js'
import {
  environmentOf,
  readEnvironments,
  sourceOf,
} from '../../../src/deploy/promote/environments.js'
import { failureOf, type TargetOutcome } from '../../../src/deploy/promote/run-promotion.js'
import { ShipitError } from '../../../src/errors.js'
import { failureOf as failureOfPromise } from '../../support/failures.js'
import { temporaryRepository } from '../../support/repository.js'
import type { PipelineApp, Stage } from '../../../src/heroku/index.js'

const inStage = (name: string, stage: Stage) =>
  ({ app: { id: `id of ${name}`, name }, stage }) as PipelineApp
const APPS = [
  inStage('shop-pr-1', 'review'),
  inStage('shop-dev', 'development'),
  inStage('shop-staging', 'staging'),
  inStage('shop-eu', 'production'),
  inStage('shop-us', 'production'),
]
const from = (name: string) => APPS.find(({ app }) => app.name === name)!
const error = (work: () => unknown): ShipitError => {
  try {
    work()
  } catch (thrown) {
    return ShipitError.from(thrown)
  }
  throw new Error('nothing was thrown')
}

describe('the apps that a promotion is to', () => {
  const choose = (name: string, ...to: string[]) =>
    chooseTargets(APPS, from(name), 'shop', to).map(({ app }) => app.name)

  for (const [name, to, targets] of [
    ['shop-dev', [], ['shop-staging']],
    ['shop-staging', [], ['shop-eu', 'shop-us']],
    ['shop-dev', ['production'], ['shop-eu', 'shop-us']],
    ['shop-staging', ['shop-us'], ['shop-us']],
    ['shop-staging', ['id of shop-us'], ['shop-us']],
    ['shop-staging', ['shop-us', 'production'], ['shop-us', 'shop-eu']],
    ['shop-pr-1', ['staging'], ['shop-staging']],
    ['shop-eu', ['shop-us'], ['shop-us']],
    ['shop-eu', ['production'], ['shop-us']],
  ] as [string, string[], string[]][]) {
    it(`${name} to ${to.join(', ') || 'the next stage'}: ${targets.join(', ')}`, () => {
      expect(choose(name, ...to)).to.deep.equal(targets)
    })
  }

  for (const [name, to, code, words] of [
    ['shop-eu', [], 'usage', /in production, from where nothing is promoted by itself/],
    ['shop-pr-1', [], 'usage', /in review, from where.*has development: shop-dev; staging: /s],
    ['shop-staging', ['shop-staging'], 'usage', /cannot be promoted to itself/],
    ['shop-pr-1', ['review'], 'not_found', /no other app in review/],
    ['shop-staging', ['shop-su'], 'not_found', /no app shop-su.*Did you mean shop-us\?/s],
  ] as [string, string[], string, RegExp][]) {
    it(`refuses ${name} to ${to.join(', ') || 'the next stage'}`, () => {
      const thrown = error(() => choose(name, ...to))
      expect(thrown.code).to.equal(code)
      expect([thrown.message, thrown.why].join('\n')).to.match(words)
    })
  }
})

it('what a pipeline has is told to whoever names what it has not', () => {
  const refused = (apps: PipelineApp[], to: string) =>
    error(() => chooseTargets(apps, from('shop-eu'), 'shop', [to]))
  const only = [from('shop-eu')]
  expect(refused(only, 'staging')).to.include({
    message: 'The pipeline shop has no other app in staging.',
    why: 'It has no other app.',
    next: 'shipit pipelines add shop --app NAME --stage staging',
  })
  expect(refused([...only, from('shop-us')], 'elsewhere')).to.include({
    message: 'The pipeline shop has no app elsewhere.',
    why: 'It has production: shop-us.',
    next: 'shipit pipelines add shop --app elsewhere --stage production',
  })
  const alone = error(() => chooseTargets(only, from('shop-eu'), 'shop', []))
  expect([alone.why, alone.next]).to.deep.equal([
    undefined,
    'Promote from the app of an earlier stage: shipit promote --app NAME',
  ])
  const review = error(() => chooseTargets(APPS, from('shop-pr-1'), 'shop', []))
  expect(review.next).to.equal('Name the apps: shipit promote --app shop-pr-1 --to APP')
})

it('commits between two apps are told, the newest ten by name', async () => {
  const { git, dir, folder, remove } = await temporaryRepository()
  const first = await git.revparse(['HEAD'])
  const names = Array.from({ length: 12 }, (_, i) => `commit ${i}`)
  for (const name of names) await git.raw(['commit', '--allow-empty', '--quiet', '-m', name])
  const last = await git.revparse(['HEAD'])
  const found = await commitDifferences(dir, first, last)
  expect(found).to.include({ addedCount: 12, droppedCount: 0 })
  expect(found!.added.map(({ subject }) => subject)).to.deep.equal(names.slice(2).toReversed())
  expect(await commitDifferences(dir, first, 'f00ba44')).to.equal(null)
  expect(await commitDifferences(folder, first, last)).to.equal(null)
  await remove()
})

it('commits between two apps are not looked for if one of the commits is not known', async () => {
  for (const [current, promoted] of [
    [null, 'a'],
    ['a', null],
    [null, null],
  ] as const)
    expect(await commitDifferences('/nowhere', current, promoted)).to.equal(null)
})

async function folderWith(ecosystem: string | undefined) {
  const dir = await mkdtemp(path.join(tmpdir(), 'shipit-stages-'))
  if (ecosystem !== undefined) await writeFile(path.join(dir, 'ecosystem.config.yml'), ecosystem)
  return { dir, remove: () => rm(dir, { recursive: true }) }
}

describe('the app that a folder promotes from', () => {
  it('is that of the stage before production, else of the one before', () => {
    const dev = { app: 'shop-dev', stage: 'development' } as const
    const staging = { app: 'shop-staging', stage: 'staging' } as const
    const production = { app: 'shop', stage: 'production' } as const
    expect(sourceOf({ dev, staging, production }, undefined)).to.equal('shop-staging')
    expect(sourceOf({ dev, production }, undefined)).to.equal('shop-dev')
    expect(sourceOf({ production, other: { app: 'x' } }, undefined)).to.equal(undefined)
    expect(sourceOf({ dev, staging }, 'dev')).to.equal('shop-dev')
    expect(environmentOf({ dev, staging }, 'shop-staging')).to.deep.equal({
      name: 'staging',
      target: staging,
    })
    expect(environmentOf({ dev, staging }, 'shop')).to.equal(undefined)
    const review = { app: 'shop-pr-1', stage: 'review' } as const
    expect(sourceOf({ review, production }, undefined)).to.equal('shop-pr-1')
    expect(sourceOf({ review, dev }, undefined)).to.equal('shop-dev')
    expect(sourceOf({ staging, again: { ...staging } }, undefined)).to.equal('shop-staging')
    expect(sourceOf({ staging: { stage: 'staging' }, dev }, undefined)).to.equal('shop-dev')
  })

  it('is asked for where two could be meant, or the environment names none', () => {
    const two = {
      eu: { app: 'shop-eu', stage: 'staging' },
      us: { app: 'shop-us', stage: 'staging' },
    } as const
    expect(error(() => sourceOf(two, undefined)).message).to.equal(
      'Promote from which app? eu and us are in staging.',
    )
    expect(error(() => sourceOf(two, 'asia')).next).to.equal('It has: eu, us.')
    expect(error(() => sourceOf(two, 'constructor')).message).to.equal(
      'The ecosystem file has no environment constructor in its deploy: block.',
    )
    expect(error(() => sourceOf({ eu: { stage: 'staging' } }, 'eu')).message).to.match(
      /deploy\.eu .*names no app/,
    )
    expect(error(() => sourceOf({}, 'asia')).next).to.equal('shipit promote --app NAME')
    expect(error(() => sourceOf(two, undefined)).next).to.equal('shipit promote eu')
  })

  it('is read from the ecosystem file, whatever is wrong with its apps', async () => {
    const apps = 'apps:\n  - { name: api, instances: -3x }\n'
    const { dir, remove } = await folderWith(`${apps}deploy:\n  eu: { app: shop-eu }\n`)
    expect(await readEnvironments(dir)).to.deep.equal({ eu: { app: 'shop-eu' } })
    for (const [text, words] of [
      [`${apps}deploy:\n  eu: { app: [] }\n`, "must be an app's name"],
      [' a:\nb', 'not YAML'],
    ] as const) {
      await writeFile(path.join(dir, 'ecosystem.config.yml'), text)
      const failure = await failureOfPromise(readEnvironments(dir))
      expect(failure.code).to.equal('project')
      expect(failure.message).to.include('an error. Nothing was promoted.')
      expect(failure.why).to.include(words)
      expect(failure.next).to.equal('Correct the file, and promote again.')
    }
    await remove()
    const empty = await folderWith(undefined)
    expect(await readEnvironments(empty.dir)).to.deep.equal({})
    await empty.remove()
  })
})

it('what differs between the config vars of two apps is told by name', () => {
  expect(
    configDifferences({ A: '1', B: '2', toString: 'x' }, { B: '3', C: '4', A: '1' }),
  ).to.deep.equal({ sourceOnly: ['toString'], targetOnly: ['C'], different: ['B'] })
  expect(configDifferences({ C: '1', A: '1', B: '1' }, {}).sourceOnly.join()).to.equal('A,B,C')
})

describe('the exit of a promotion to several apps', () => {
  const failed = (app: string, error: ShipitError): TargetOutcome => ({
    app,
    stage: 'production',
    error,
  })
  const of = (code: ConstructorParameters<typeof ShipitError>[0], exitCode?: number) =>
    new ShipitError(code, { message: `${code}.`, ...(exitCode ? { exitCode } : {}) })
  const served = (app: string) =>
    ({ app, stage: 'production', result: { release: { version: 7 } } }) as TargetOutcome

  it('is success if all serve', () => {
    expect(failureOf([served('a'), served('b')])).to.equal(undefined)
  })

  it('is that of the first that failed, with what came of the others', () => {
    const failure = failureOf([served('a'), failed('b', of('health')), failed('c', of('boot'))])!
    expect(failure.exitCode).to.equal(13)
    expect(failure.message).to.equal('b: health.\na: v7 serves.\nc: boot.')
    expect(failure.details?.targets).to.have.length(3)
    expect(failureOf([failed('b', of('health'))])!.message).to.equal('health.')
  })

  it('is that of one that was not rolled back, or stopped, before all others', () => {
    const outcomes = [failed('a', of('boot')), failed('b', of('rollback'))]
    expect(failureOf(outcomes)!.exitCode).to.equal(14)
    expect(failureOf([...outcomes, failed('c', of('interrupted', 143))])!.exitCode).to.equal(143)
  })
})
