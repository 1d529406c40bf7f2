import { expect } from 'chai'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { LineLog } from '../../src/runtime/control/line-log.js'
import { eventLine } from '../../src/runtime/event-line.js'
import { Outlet } from '../../src/runtime/outlet.js'

describe('what a session keeps of its log', () => {
  it('keeps events, however much the apps print after them, and in their order', async () => {
    const out = new Outlet(new PassThrough().resume())
    const log = LineLog.of({ out, err: out })
    const app = new PassThrough()
    log.follow(
      app,
      { prefix: '', dateFormat: undefined, isJson: false, isSilent: false, app: 'api', pmId: 0 },
      'out',
      'api:0',
    )
    out.write(eventLine({ source: 'dev', app: 'jobs', instance: 0 }, 'listening', {}))
    for (let line = 0; line < 5000; line += 1) app.write(`asked for /${line}\n`)
    app.end()
    await finished(app)
    out.write(eventLine({ source: 'dev', app: 'jobs', instance: 0 }, 'stop', {}))
    const texts = log.lines.map(({ text }) => text)
    expect(texts).to.have.lengthOf(1502)
    expect(texts[0]).to.match(/app=jobs instance=0 event=listening/)
    expect([texts[1], texts.at(-2)]).to.deep.equal(['asked for /3500', 'asked for /4999'])
    expect(texts.at(-1)).to.match(/event=stop/)
  })
})
