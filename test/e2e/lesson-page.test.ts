/**
 * The lesson's page, command by command: one half on this machine, the other, by SHIPIT_SOAK=1, on
 * the embedded Heroku, both in their order and side by side.
 */
import { expect } from 'chai'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { get } from '../../src/demo/load.js'
import { packageRoot } from '../../src/paths.js'
import { freePort, until } from '../runtime/harness.js'
import { platformRequest } from './support/platform.js'
import { World } from './support/world.js'
import { isSoak } from '../support/soak.js'

const SHIPIT = path.join(packageRoot, 'bin/shipit.js')

interface Command {
  text: string
  shows: string[]
}
/** A file to write, or commands of one half. */
interface Block {
  exercise: string
  file?: string
  content: string
  half?: 'laptop' | 'heroku'
  commands: Command[]
}

/** The page's blocks in their order. */
function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let exercise = ''
  for (const [, heading, info, content] of page.matchAll(/^## (.*)$|^```(.+)\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) exercise = heading
    if (info === undefined || content === undefined) continue
    const [language, name] = info.split(' ')
    if (language === 'console')
      blocks.push({
        exercise,
        half: name as 'laptop' | 'heroku',
        content,
        commands: commandsOf(content),
      })
    else
      blocks.push({
        exercise,
        ...(name === undefined ? {} : { file: name }),
        content,
        commands: [],
      })
  }
  return blocks
}

function commandsOf(content: string): Command[] {
  const commands: Command[] = []
  for (const line of content.split('\n').filter(Boolean)) {
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), shows: [] })
    else if (line === '^C') commands.push({ text: line, shows: [] })
    else commands.at(-1)!.shows.push(line)
  }
  return commands
}

/**
 * Whether a line of the page is among those of an output: spaces as they come, `…` for what is
 * different each time.
 */
function isShown(line: string, output: string): boolean {
  const escaped = line
    .trim()
    .split('…')
    .map((part) =>
      part
        .split(/\s+/)
        .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('\\s+'),
    )
  return output.split('\n').some((each) => new RegExp(escaped.join('.*')).test(each))
}

const PAGE = blocksOf(readFileSync(path.join(packageRoot, '.github/docs/lesson.md'), 'utf8'))
const EXERCISES = [
  ...new Set(PAGE.filter(({ half }) => half !== undefined).map(({ exercise }) => exercise)),
]

/** What only shows something is asked again until it shows what the page says. */
const SHOWS = /^(curl|shipit (ps|show|logs|monit|config get)) /
const LONGEST = 40_000

class Reader {
  #screen: { child: ChildProcess; output: string } | undefined

  constructor(
    private readonly world: World,
    private readonly dir: string,
    private readonly half: 'laptop' | 'heroku',
    private readonly env: Record<string, string>,
    private readonly url: string,
  ) {}

  async read(exercise: string): Promise<void> {
    for (const block of PAGE.filter(
      (one) =>
        one.exercise === exercise || (exercise === EXERCISES[0] && one.exercise === 'The app'),
    )) {
      if (block.file !== undefined) await writeFile(path.join(this.dir, block.file), block.content)
      if (block.half !== this.half) continue
      for (const command of block.commands) await this.#type(command)
    }
    await this.#leave()
  }

  async close(): Promise<void> {
    await this.#leave()
  }

  async #type({ text, shows }: Command): Promise<void> {
    if (text === '^C') return this.#leave()
    if (/^shipit dev\b/.test(text)) return this.#begin(text)
    let output = await this.#run(text, shows)
    const isAsPromised = () => shows.every((line) => isShown(line, output))
    if (SHOWS.test(text))
      await until(
        async () => isAsPromised() || ((output = await this.#run(text, shows)), isAsPromised()),
        LONGEST,
        () => `${shows.join('\n')}\nof: ${text}\nin:\n${output}\n${this.#screen?.output ?? ''}`,
      )
    else
      for (const line of shows)
        expect(isShown(line, output), `${line}\nof: ${text}\nin:\n${output}`).to.equal(true)
    // Once nothing is left to run, the screen has gone by itself.
    if (!/^shipit delete /.test(text)) return
    await until(
      () => this.#screen?.child.exitCode === 0,
      LONGEST,
      () => `the end of:\n${this.#screen?.output}`,
    )
    this.#screen = undefined
  }

  /** The screen of the first terminal. */
  async #begin(text: string): Promise<void> {
    const child = spawn(process.execPath, [SHIPIT, ...text.split(' ').slice(1)], {
      cwd: this.dir,
      env: { ...this.world.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const screen = { child, output: '' }
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (screen.output += chunk))
    this.#screen = screen
    await until(
      () => screen.output.includes('event=listening'),
      LONGEST,
      () => `${text}\n${screen.output}`,
    )
  }

  async #leave(): Promise<void> {
    const child = this.#screen?.child
    this.#screen = undefined
    if (!child || child.exitCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGINT')
    await closed
    expect(child.exitCode).to.equal(0)
  }

  async #run(text: string, shows: readonly string[]): Promise<string> {
    const [, address] = /^curl (\S+)$/.exec(text) ?? []
    if (address !== undefined)
      return (await get(address.replace(/^https?:\/\/[^/]+\//, this.url))).body
    if (/^shipit monit /.test(text)) return this.#watch(text, shows)
    // As a shell reads it, with `shipit` and `<` of ours.
    const [program = '', ...args] = [
      ...text.replace(/ < \S+$/, '').matchAll(/"([^"]*)"|(\S+)/g),
    ].map(([, quoted, word]) => quoted ?? word!)
    const input = / < (\S+)$/.exec(text)?.[1]
    const options = {
      cwd: this.dir,
      env: this.env,
      ...(input === undefined ? {} : { input: readFileSync(path.join(this.dir, input), 'utf8') }),
    }
    const { status, output } = await (program === 'shipit'
      ? this.world.shipit(args, options)
      : this.world.run(program, args, options))
    expect(status, `${text}\n${output}`).to.equal(0)
    return output
  }

  /** What goes on by itself, until it has shown what the page says, or for a while. */
  async #watch(text: string, shows: readonly string[]): Promise<string> {
    let output = ''
    let pid = 0
    const isOver = this.world.shipit(text.split(' ').slice(1), {
      cwd: this.dir,
      env: this.env,
      onSpawn: (own) => (pid = own),
      onOutput: (chunk) => {
        output += chunk
        if (shows.every((line) => isShown(line, output))) process.kill(pid, 'SIGTERM')
      },
    })
    const timer = setTimeout(() => process.kill(pid, 'SIGTERM'), LONGEST / 2)
    await isOver
    clearTimeout(timer)
    return output
  }
}

describe("the lesson's page", function () {
  this.timeout(240_000)
  let world: World
  const readers: Reader[] = []
  let halves: Record<'laptop' | 'heroku', Map<string, Promise<void>>>

  /**
   * Exercises one after another; what is the matter with one is for its own test to tell, and the
   * next ones stand on it.
   */
  const inOrder = (start: () => Promise<Reader>): Map<string, Promise<void>> => {
    let last: Promise<unknown> = start()
    const reader = last as Promise<Reader>
    return new Map(
      EXERCISES.map((exercise) => {
        const done = last.then(async () => (await reader).read(exercise))
        done.catch(() => undefined)
        last = done
        return [exercise, done] as const
      }),
    )
  }

  before(async () => {
    world = await World.create()
    const begin = async (half: 'laptop' | 'heroku', env: Record<string, string>, url: string) => {
      const reader = new Reader(
        world,
        await world.write(`${half}/lesson`, { 'package.json': '' }),
        half,
        env,
        url,
      )
      readers.push(reader)
      return reader
    }
    halves = {
      laptop: inOrder(async () => {
        const port = await freePort()
        return begin('laptop', { PORT: String(port) }, `http://127.0.0.1:${port}/`)
      }),
      heroku: !isSoak
        ? new Map()
        : inOrder(async () => {
            const { web_url } = await world.json<{ web_url: string }>([
              'apps',
              'create',
              'lesson',
              '--local',
            ])
            // Nothing of the test reaches PM2's own servers.
            await platformRequest(world, 'PATCH', '/apps/lesson/config-vars', {
              KEYMETRICS_NODE: 'https://127.0.0.1:9',
            })
            return begin('heroku', { SHIPIT_LOCAL: '1' }, web_url)
          }),
    }
  })
  after(async () => {
    for (const reader of readers) await reader.close()
    await world.close()
  })

  it('has four exercises, each in two halves', () => {
    expect(EXERCISES).to.have.length(4)
    for (const exercise of EXERCISES)
      expect(
        PAGE.filter((one) => one.exercise === exercise).flatMap(({ half }) => half ?? []),
        exercise,
      ).to.deep.equal(['laptop', 'heroku'])
  })
  for (const exercise of EXERCISES) {
    it(`${exercise}: on this machine`, () => halves.laptop.get(exercise))
    if (isSoak) it(`${exercise}: on the embedded Heroku`, () => halves.heroku.get(exercise))
  }
})
