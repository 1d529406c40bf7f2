import { expect } from 'chai'
import { readDynoOutput } from '../../src/heroku/dyno-output.js'

const app = (...messages: string[]): string[] => readDynoOutput(messages).app

describe('what an app said before its dyno ended', () => {
  it('is all that it printed, as it printed it', () => {
    expect(app('a', '', '  at x (y.js:1)', 'Node.js v20.20.2')).to.deep.equal(['a', '', '  at x (y.js:1)', 'Node.js v20.20.2'])
  })
  it("is not npm's banner and notices", () => {
    expect(app('', '> sample@1.0.0 start', '> node server.js', '', 'ready', 'npm notice New version', 'npm error code 1')).to.deep.equal(['ready'])
  })
  it("is not npm's banner of a package without a version", () => {
    expect(app('', '> start', '> shipit-runtime start ecosystem.config.yml', '', 'ready', '> start')).to.deep.equal(['ready', '> start'])
  })
  it("is not the runtime's figures, events and sentences", () => {
    const output = readDynoOutput([
      'shipit: api × 2 (memory holds 3, CPUs 2)', 'shipit source=web.1 app=api instance=0 event=start pid=7', 'oh no', 'shipit source=web.1 app=api instance=0 event=exit code=3',
      'shipit: api cannot stay up, so the dyno ends', '  its last instance exited with code 3', '  its own next line',
    ])
    expect(output).to.deep.equal({ app: ['oh no'], reason: ['shipit: api cannot stay up, so the dyno ends', '  its last instance exited with code 3', '  its own next line'] })
  })
  it('keeps a line of the app that begins like a banner', () => {
    expect(app('> prompt of the app', 'x')).to.deep.equal(['> prompt of the app', 'x'])
  })
  it('is nothing where there is only that', () => {
    expect(app('', '> sample@1.0.0 start', '> shipit-runtime start ecosystem.config.yml', '', 'shipit source=web.1 app=a instance=0 event=exit code=3')).to.deep.equal([])
  })
})
