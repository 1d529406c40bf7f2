/**
 * The pages that teach: the commands of both are the same, oclif takes each of them, and with
 * SHIPIT_SOAK=1 they are run on the embedded Heroku and show what the page says.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { parse } from 'shell-quote'
import { packageRoot } from '../../src/paths.js'
import { World } from '../e2e/support/world.js'
import { parsed } from '../support/command-line.js'
import { inSoak, isSoak } from '../support/soak.js'
import { until } from '../support/until.js'

interface Command {
  text: string
  status: number
  shows: string[]
}

const pageOf = (name: string) => readFileSync(path.join(packageRoot, '.github/docs', name), 'utf8')

function commandsOf(page: string): Command[] {
  const commands: Command[] = []
  for (const [, content] of page.matchAll(/^```console\n([\s\S]*?)^```$/gm))
    for (const line of content!.split('\n').filter(Boolean)) {
      const [, text, status] = /^\$ (.*?)(?: # exit (\d+))?$/.exec(line) ?? []
      if (text !== undefined) commands.push({ text, status: Number(status ?? 0), shows: [] })
      else commands.at(-1)!.shows.push(line)
    }
  return commands
}

const filesOf = (page: string): [name: string, content: string][] =>
  [...page.matchAll(/^```(?:js|json) (\S+)\n([\s\S]*?)^```$/gm)].map(([, name, content]) => [
    name!,
    content!,
  ])

const wordsOf = (text: string): string[] =>
  parse(text).map((word) => (typeof word === 'string' ? word : 'op' in word ? word.op : ''))

const isShown = (line: string, output: string): boolean => {
  const parts = line
    .replace(/^… | …$/g, '')
    .split('…')
    .map((part) =>
      part
        .trim()
        .split(/\s+/)
        .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('\\s+'),
    )
  return new RegExp(parts.join('.*')).test(output)
}

describe('the pages that teach', function () {
  this.timeout(400_000)
  const english = pageOf('learn.md')
  const portuguese = pageOf('learn.pt-BR.md')
  const commands = commandsOf(english)

  it('have the same files and commands in both languages, in as many exercises', () => {
    expect(commandsOf(portuguese)).to.deep.equal(commands)
    expect(filesOf(portuguese)).to.deep.equal(filesOf(english))
    const headings = (page: string) => page.match(/^## /gm)!.length
    expect(headings(portuguese)).to.equal(headings(english))
    expect(commands.length).to.be.greaterThan(25)
  })

  it('name commands and flags that there are, in their texts too', async () => {
    const named = [...commands.map(({ text }) => text)]
    for (const page of [english, portuguese])
      named.push(...[...page.matchAll(/`(shipit \w[^`]*)`/g)].map(([, text]) => text!))
    const ours = named
      .map(wordsOf)
      .filter(([program, ...words]) => program === 'shipit' && words.length > 0)
    expect(ours.length).to.be.greaterThan(25)
    for (const [, ...words] of ours) if (!words.includes('--help')) await parsed(words)
  })

  let world: World
  before(async () => {
    if (isSoak) world = await World.create({ KEYMETRICS_NODE: 'https://127.0.0.1:9' })
  })
  after(() => world?.close())

  inSoak('show on the embedded Heroku what they say', async () => {
    const dir = await world.write('school', Object.fromEntries(filesOf(english)))
    const env: Record<string, string> = {}
    for (const { text, status, shows } of commands) {
      const [program = '', ...args] = wordsOf(text)
      if (program === 'export') {
        for (const word of args) env[word.split('=')[0]!] = word.slice(word.indexOf('=') + 1)
        continue
      }
      // What is shown on a terminal alone is tested in test/e2e/first-minutes.test.ts.
      if (text === 'shipit') continue
      const type = () =>
        program === 'shipit'
          ? world.shipit(args, { cwd: dir, env })
          : world.run(program, args, { cwd: dir, env })
      let ran = await type()
      expect(ran.status, `${text}\n${ran.output}`).to.equal(status)
      const isAsPromised = () => shows.every((line) => isShown(line, ran.output))
      // What only shows something is asked again until it shows it.
      if (/^shipit (ps|show|logs)\b/.test(text))
        await until(
          () => `${shows.join('\n')}\nof: ${text}\nin:\n${ran.output}`,
          async () => isAsPromised() || ((ran = await type()), isAsPromised()),
          60_000,
        )
      for (const line of shows)
        expect(isShown(line, ran.output), `${line}\nof: ${text}\nin:\n${ran.output}`).to.equal(true)
    }
  })
})
