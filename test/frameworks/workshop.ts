import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { World, type RunOptions } from '../e2e/support/world.js'

/**
 * The machine of a newcomer who makes an app with a framework's generator: the Node.js that it
 * needs, the package managers, no terminal.
 */
export class Workshop {
  private constructor(
    readonly world: World,
    private readonly place: string,
  ) {}

  /**
   * @param node the oldest line of Node.js that will do; the Node.js that runs the tests is taken
   * if it is no older, else npm's package `node` brings it.
   */
  static async open(node: number | undefined): Promise<Workshop> {
    const world = await World.create({
      CI: '1',
      npm_config_update_notifier: 'false',
      npm_config_fund: 'false',
      npm_config_audit: 'false',
    })
    // What npm run adds to PATH is this project's, not the newcomer's.
    world.env.PATH = world.env
      .PATH!.split(':')
      .filter((folder) => !/node_modules|node-gyp-bin/.test(folder))
      .join(':')
    const shop = new Workshop(world, path.join(world.folder, 'work'))
    await mkdir(shop.place)
    if (node !== undefined && node > Number(process.versions.node.split('.')[0]))
      await shop.takeNode(node)
    return shop
  }

  folder(name: string): string {
    return path.join(this.place, name)
  }

  /** A generator from the registry, by the newest version that the spec allows. */
  npx(spec: string, ...args: string[]): Promise<string> {
    return this.run('.', 'npx', ['--yes', spec, ...args])
  }

  /** Writes files of a project by hand. @returns its folder */
  write(name: string, files: Record<string, string | object>): Promise<string> {
    return this.world.write(path.join('work', name), files)
  }

  /** Version of a program. */
  async version(program: string): Promise<string> {
    return (await this.run('.', program, ['--version'])).trim()
  }

  npm(folder: string, ...args: string[]): Promise<string> {
    return this.run(folder, 'npm', args)
  }

  /** A program in a folder of the workshop, which must succeed. @returns its stdout */
  async run(
    folder: string,
    program: string,
    args: string[],
    options: RunOptions = {},
  ): Promise<string> {
    const outcome = await this.world.run(program, args, { cwd: this.folder(folder), ...options })
    if (outcome.status !== 0)
      throw new Error(
        `${[program, ...args].join(' ')} ended with ${outcome.status}:\n${outcome.output.slice(-6000)}`,
      )
    return outcome.stdout
  }

  /** Puts programs of the registry at the front of PATH, such as yarn@1 and pnpm@10. */
  async take(...specs: string[]): Promise<void> {
    const tools = path.join(this.world.folder, 'tools')
    await this.run('.', 'npm', ['install', '--prefix', tools, '--no-package-lock', ...specs])
    const bin = path.join(tools, 'node_modules/.bin')
    if (!this.world.env.PATH!.startsWith(bin)) this.world.env.PATH = `${bin}:${this.world.env.PATH}`
  }

  private async takeNode(line: number): Promise<void> {
    await this.take(`node@${line}`)
    const bin = path.join(this.world.folder, 'tools/node_modules/node/bin')
    if (!existsSync(path.join(bin, 'node')))
      throw new Error(`The package node@${line} has no program for this machine.`)
    this.world.env.PATH = `${bin}:${this.world.env.PATH}`
    this.world.node = path.join(bin, 'node')
  }

  async isRepository(dir: string): Promise<boolean> {
    return (await this.world.run('git', ['rev-parse', '--git-dir'], { cwd: dir })).status === 0
  }

  /** Major version of the Node.js that the world has. */
  async nodeVersion(): Promise<string> {
    return (
      await this.run('.', this.world.node, ['-p', 'process.versions.node.split(".")[0]'])
    ).trim()
  }

  close(): Promise<void> {
    return this.world.close()
  }
}
