import { expect } from 'chai'
import { changeInWords, isBadChange, statusAfter } from '../../src/monitor/index.js'

const change = (event: string, fields: Record<string, string> = {}) => ({
  kind: 'change' as const,
  app: 'api',
  instance: 0,
  event,
  fields,
})

describe('a change of an instance', () => {
  const ROWS: [string, Record<string, string>, string, boolean][] = [
    ['start', { pid: '7' }, 'starting (pid 7)', false],
    ['start', {}, 'starting', false],
    ['online', { pid: '7' }, 'online (pid 7)', false],
    ['listening', { port: '3000' }, 'listening on port 3000', false],
    ['listening', {}, 'listening', false],
    ['stop', { signal: 'SIGTERM' }, 'stopping (SIGTERM)', false],
    ['stop', { why: 'asked', signal: 'SIGTERM' }, 'stopping, as asked', false],
    ['stop', { why: 'deleted' }, 'stopping, to be deleted', false],
    ['stop', { why: 'scale' }, 'stopping, since fewer instances are wanted', false],
    ['stop', { why: 'else' }, 'stopping', false],
    ['crash', { code: '3' }, 'cannot stay up: its dyno ends with code 3', true],
    [
      'scale',
      { was: '2', instances: '1', why: 'the dyno is full' },
      'scaled from 2 to 1 instances: the dyno is full',
      false,
    ],
    ['exit', {}, 'exited', true],
    ['exit', { code: '0' }, 'exited with code 0', false],
    ['exit', { code: '1', backoff: '225ms' }, 'exited with code 1, restarting in 225 ms', true],
    ['exit', { code: '1', signal: 'SIGKILL' }, 'killed by SIGKILL', true],
    ['exit', { code: '1', asked: 'yes', backoff: '1ms' }, 'exited with code 1, as asked', false],
    [
      'exit',
      { code: '1', removed: 'yes', asked: 'yes' },
      'exited with code 1, and is taken out',
      false,
    ],
    [
      'exception',
      { type: 'TypeError', message: 'no x', at: 'a.js:1:2', count: '3', uncaught: 'yes' },
      'uncaught TypeError: no x (a.js:1:2) x3',
      true,
    ],
    ['exception', { type: 'Error', message: 'no' }, 'reported Error: no', true],
    ['exception', {}, 'reported : ', true],
    ['newer', { a: '1', b: '2' }, 'newer a=1 b=2', false],
  ]
  for (const [event, fields, words, isBad] of ROWS)
    it(`${event} ${JSON.stringify(fields)} is "${words}"${isBad ? ', and bad' : ''}`, () => {
      expect(changeInWords(change(event, fields))).to.equal(words)
      expect(isBadChange(change(event, fields))).to.equal(isBad)
    })

  for (const [event, fields, before, after] of [
    ['exit', { asked: 'yes' }, 'stopping', 'stopped'],
    ['exit', { asked: 'yes' }, 'online', 'online'],
    ['exit', { backoff: '1ms' }, 'online', 'waiting restart'],
    ['exit', {}, 'online', 'stopped'],
    ['scale', {}, 'online', 'online'],
    ['exception', {}, undefined, undefined],
  ] as const)
    it(`${event} ${JSON.stringify(fields)} makes ${before} ${after}`, () =>
      expect(statusAfter(change(event, fields), before)).to.equal(after))
})
