import { expect } from 'chai'
import { FREQUENCIES } from '../../../../src/embedded/addons/scheduler/frequency.js'
import { afterForm, LONGEST_COMMAND } from '../../../../src/embedded/addons/scheduler/form.js'
import { withJobs, type Job } from '../../../../src/embedded/addons/scheduler/job.js'
import { escapeHtml, markup } from '../../../../src/embedded/addons/scheduler/markup.js'
import { schedulerPage } from '../../../../src/embedded/addons/scheduler/page.js'
import { ApiError } from '../../../../src/embedded/api/api-error.js'
import type { Owned } from '../../../../src/embedded/addons/attachments.js'
import { DYNO_SIZES } from '../../../../src/lib/dyno-sizes.js'

const COMMON = ['eco', 'basic', 'standard', 'performance']
const NOW = Date.parse('2026-11-30T23:55:00Z')
const JOB: Job = {
  id: 'one',
  command: 'node clean.js',
  every: 1440,
  at: 30,
  size: 'Basic',
  last: { slot: NOW, at: NOW, dyno: 'scheduler.1234', problem: null },
}
const owned = (...jobs: Job[]) =>
  ({
    app: { name: 'shop', generation: 'cedar', formation: { web: { size: 'Eco' } } },
    addon: {
      name: 'scheduler-round-1',
      service: 'scheduler',
      plan: 'standard',
      resource: withJobs(jobs),
    },
  }) as unknown as Owned
const pageOf = (jobs: Job[], more: object = {}) =>
  schedulerPage(owned(...jobs), { token: 'the-token', refused: undefined, now: NOW, ...more }).html

describe('the page of the scheduler', () => {
  it('says of each job what it runs, how often, in what, and when', () => {
    const html = pageOf([JOB, { ...JOB, id: 'two', last: null, every: 10, at: 0 }])
    expect(html)
      .to.include('<code>node clean.js</code>')
      .and.include('<dd>Every day at 00:30 UTC</dd>')
      .and.include('<dd>Basic</dd>')
      .and.include('<dd>2026-11-30 23:55, in scheduler.1234</dd>')
      .and.include('<dd>2026-12-01 00:30</dd>')
      .and.include('<dd>never</dd>')
      .and.include('<dd>2026-12-01 00:00</dd>')
    expect(pageOf([])).to.include('There are none yet.')
  })

  it('says why a job could not be started', () => {
    const last = { slot: NOW, at: NOW, dyno: null, problem: 'It has no code <yet>.' }
    expect(pageOf([{ ...JOB, last }])).to.include(
      'could not be started at 2026-11-30 23:55: It has no code &lt;yet&gt;.',
    )
  })

  it('offers the dyno sizes of the app and all frequencies, with those that it has chosen', () => {
    const [save, add] = pageOf([JOB])
      .split('<form ')
      .filter((form) => form.includes('name="command"'))
    expect(save)
      .to.include('<option value="1440@30" selected>')
      .and.include('<option value="Basic" selected>')
    expect(add)
      .to.include('<option value="10@0" selected>')
      .and.include('<option value="Eco" selected>')
      .and.not.include('Private-S')
    const sizes = DYNO_SIZES.filter(({ costClass }) => COMMON.includes(costClass))
    expect(add!.match(/<option /g)).to.have.length(FREQUENCIES.length + sizes.length)
  })

  it('has the token in every form, and neither script nor style of an attribute', () => {
    const html = pageOf([JOB])
    const forms = html.split('<form ').slice(1)
    expect(forms).to.have.length(3)
    for (const form of forms)
      expect(form.match(/name="token" value="the-token"/g), form).to.have.length(1)
    expect(html).to.not.match(/<script|javascript:|\son\w+=|\sstyle=/i)
  })

  it('escapes whatever it shows', () => {
    const command = `echo "</code><script>alert('x')</script>" & true`
    const fields = new URLSearchParams({ action: 'add', command, frequency: '"><b>', size: '<i>' })
    const html = pageOf([{ ...JOB, command }], { refused: { message: '<b>no</b>', fields } })
    expect(html).to.not.match(/<script|<b>|<i>/)
    expect(html).to.include('<code>echo &quot;&lt;/code&gt;&lt;script&gt;alert(&#39;x&#39;)')
    expect(html.match(/name="command" value="echo &quot;&lt;\/code&gt;/g)).to.have.length(2)
    expect(escapeHtml(`<>&"'`)).to.equal('&lt;&gt;&amp;&quot;&#39;')
    expect(markup`<p>${'<'}${1}${[markup`<b>${'&'}</b>`]}</p>`.text).to.equal(
      '<p>&lt;1<b>&amp;</b></p>',
    )
  })

  it('keeps what was filled into a form that was refused, and says why', () => {
    const filled = { action: 'save', job: 'one', command: '', frequency: '60@20', size: 'Eco' }
    const refused = { message: "Command can't be blank.", fields: new URLSearchParams(filled) }
    const html = pageOf([JOB], { refused })
    expect(html)
      .to.include('role="alert">Command can&#39;t be blank.')
      .and.include('<details open>')
      .and.include('<option value="60@20" selected>')
    expect(pageOf([JOB]))
      .to.not.include('role="alert"')
      .and.not.include('<details open>')
  })
})

describe('forms of the scheduler', () => {
  const after = (fields: Record<string, string>, jobs: Job[] = [JOB]) =>
    afterForm(jobs, new URLSearchParams(fields), 'common')
  const ADD = { action: 'add', command: ' node a.js ', frequency: '60@50', size: 'standard-2x' }

  it('add, change and remove a job', () => {
    const [first, added] = after(ADD)
    expect(first).to.equal(JOB)
    expect(added).to.deep.include({
      command: 'node a.js',
      every: 60,
      at: 50,
      size: 'Standard-2X',
      last: null,
    })
    expect(added!.id).to.be.a('string').and.not.equal(JOB.id)
    expect(after({ ...ADD, action: 'save', job: 'one' })).to.deep.equal([
      { ...JOB, command: 'node a.js', every: 60, at: 50, size: 'Standard-2X' },
    ])
    expect(after({ action: 'remove', job: 'one' })).to.deep.equal([])
  })

  it('are refused with a reason', () => {
    const refusals: [Record<string, string>, RegExp][] = [
      [{ ...ADD, command: '  ' }, /blank/],
      [{ ...ADD, command: 'a\nb' }, /one line/],
      [{ ...ADD, command: 'a'.repeat(LONGEST_COMMAND + 1) }, /longer than 4000/],
      [{ ...ADD, frequency: '5@0' }, /frequencies of the list/],
      [{ ...ADD, size: 'Private-S' }, /dyno sizes of the list/],
      [{ ...ADD, action: 'save', job: 'two' }, /no longer exists/],
      [{ action: 'remove', job: 'two' }, /no longer exists/],
      [{ action: 'run', job: 'one' }, /action must be/],
    ]
    for (const [fields, why] of refusals)
      expect(() => after(fields), JSON.stringify(fields)).to.throw(ApiError, why)
  })
})
