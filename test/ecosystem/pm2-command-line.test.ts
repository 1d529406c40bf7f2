import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parsePm2CommandLine } from '../../src/ecosystem/pm2-command-line.js'

const folder = path.dirname(createRequire(import.meta.url).resolve('pm2/package.json'))

/** The flags that PM2's own programs declare before their commands, long and short. */
function flagsOf(program: string): string[] {
  const source = readFileSync(path.join(folder, 'lib/binaries', program), 'utf8')
  const declared = [
    ...source.slice(0, source.indexOf('.command(')).matchAll(/\.option\('([^']+)'/g),
  ].map(([, spec]) => spec!)
  return declared.flatMap((spec) => spec.match(/(?<=^|[ ,])--?[a-z][a-z0-9-]*/gi) ?? [])
}

describe("PM2's command lines, as options of an ecosystem file", () => {
  it('knows every flag of pm2, pm2-runtime and pm2-dev', () => {
    // `pm2 --version` starts nothing.
    const flags = [
      ...flagsOf('CLI.js'),
      ...flagsOf('Runtime4Docker.js'),
      ...flagsOf('DevCLI.js'),
    ].filter((flag) => !/^(-v|--version)$/.test(flag))
    expect(flags.length).to.be.greaterThan(60)
    const unknown = flags.filter((flag) =>
      parsePm2CommandLine([flag, '1', 'app.js']).refused.some(({ why }) =>
        why.includes('no such flag'),
      ),
    )
    expect(unknown).to.deep.equal([])
  })

  it('refuses four flags of pm2-runtime alone, each with its reason', () => {
    const refused = flagsOf('Runtime4Docker.js').flatMap(
      (flag) => parsePm2CommandLine(['app.js', flag, '1']).refused,
    )
    expect(refused.map(({ flag }) => flag)).to.deep.equal([
      '--secret',
      '--public',
      '--machine-name',
      '--web',
    ])
    expect(refused.map(({ why }) => why).filter((why) => why.length < 20)).to.deep.equal([])
  })

  it('takes values behind a space, an equals sign and a short flag', () => {
    for (const words of [['--instances', '4'], ['--instances=4'], ['-i', '4'], ['-i4']]) {
      expect(parsePm2CommandLine([...words, 'app.js'])).to.deep.include({
        file: 'app.js',
        options: { instances: 4 },
      })
    }
  })

  it('leaves what follows two dashes to the app', () => {
    expect(
      parsePm2CommandLine(['start', 'app.js', '-i', 'max', '--', '-i', '2', '--name', 'x']),
    ).to.deep.include({
      file: 'app.js',
      options: { instances: 'max' },
      args: ['-i', '2', '--name', 'x'],
    })
  })

  it('does not take the file for the value of a flag that needs none', () => {
    expect(parsePm2CommandLine(['--watch', 'app.js'])).to.deep.include({
      file: 'app.js',
      options: { watch: true },
    })
    expect(parsePm2CommandLine(['--max-restarts', '5', 'app.js'])).to.deep.include({
      file: 'app.js',
      options: { max_restarts: 5 },
    })
    expect(parsePm2CommandLine(['--stop-exit-codes', '0', '1', 'app.js'])).to.deep.include({
      file: 'app.js',
      options: { stop_exit_codes: [0, 1] },
    })
  })

  it('refuses keys, without repeating them', () => {
    const { refused } = parsePm2CommandLine(['app.js', '--secret', 's3cr3t', '--public', 'p'])
    expect(refused.map(({ flag }) => flag)).to.deep.equal(['--secret', '--public'])
    expect(JSON.stringify(refused)).to.not.include('s3cr3t')
  })

  it('takes no name of an object for a flag', () => {
    expect(
      parsePm2CommandLine(['--constructor', 'app.js', '--__proto__']).refused.map(
        ({ flag }) => flag,
      ),
    ).to.deep.equal(['--constructor', '--__proto__'])
  })
})
