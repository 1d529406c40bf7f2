import { expect } from 'chai'
import { fakePlatform, type FakePlatform } from '../embedded/build/fake-platform.js'
import { Project, remote, serveGit, type GitServer } from '../embedded/git/serve-git.js'

describe('a push to main of what is no commit', function () {
  this.timeout(60_000)
  let platform: FakePlatform
  let server: GitServer
  let project: Project
  before(async () => {
    platform = await fakePlatform()
    server = await serveGit(platform)
    project = await Project.create()
    await platform.createApp('objects')
    await project.commit({ 'package.json': { name: 'tiny', version: '1.0.0' } }, 'First')
    await project.git('tag', '-a', 'v1', '-m', 'version 1')
  })
  after(async () => {
    await server.close()
    await platform.close()
    await project.remove()
  })

  for (const [what, source] of [
    ['tag', 'v1'],
    ['tree', 'main^{tree}'],
    ['blob', 'main:package.json'],
  ] as const) {
    it(`is refused before anything is built: a ${what}`, async () => {
      const push = await project.git('push', remote(server, 'objects'), `${source}:refs/heads/main`)
      expect(push.status, push.text).to.equal(1)
      expect(push.text).to.include(`main takes commits alone, and this is a ${what}.`)
      expect(push.text.includes('v1^{}:main') || push.text.includes('<tag>^{}:main')).to.equal(
        what === 'tag',
      )
      const { builds, releases } = platform.store.find('objects')!
      expect([builds.length, releases.length]).to.deep.equal([0, 1])
    })
  }
})
