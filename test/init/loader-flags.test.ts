import { expect } from 'chai'
import { simpleCommand, splitFlags, flagValue } from '../../src/init/detect/command-line.js'
import { parseLoaderWords } from '../../src/init/detect/loader-flags.js'
import { isRecursive, managerWords, plainWords } from '../../src/init/detect/manager-words.js'
import { parseNodeWords, withoutLoaders } from '../../src/init/detect/node-flags.js'
import type { Loader } from '../../src/init/detect/entry-file.js'

/** `name` sets a variable, `-` does nothing in a dyno, `node` is handed on. A `+` takes a value. */
const FLAGS: Record<string, Record<string, string>> = {
  'ts-node': {
    '-P --project --tsconfig': 'TS_NODE_PROJECT+',
    '-T --transpile-only --transpileOnly -F --fast': 'TS_NODE_TRANSPILE_ONLY',
    '--files': 'TS_NODE_FILES',
    '--log-error --logError': 'TS_NODE_LOG_ERROR',
    '--prefer-ts-exts --preferTsExts': 'TS_NODE_PREFER_TS_EXTS',
    '--skip-project --skipProject': 'TS_NODE_SKIP_PROJECT',
    '--skip-ignore --skipIgnore': 'TS_NODE_SKIP_IGNORE',
    '-O --compiler-options --compilerOptions': 'TS_NODE_COMPILER_OPTIONS+',
    '-C --compiler': 'TS_NODE_COMPILER+',
    '-I --ignore': 'TS_NODE_IGNORE+',
    '-D --ignore-diagnostics --ignoreDiagnostics': 'TS_NODE_IGNORE_DIAGNOSTICS+',
    '--respawn --pretty --exit-child --clear --cls --notify --quiet --poll --rs --no-notify': '-',
    '--ignore-watch --watch --interval --debounce': '-+',
    '-r --require --import --loader --experimental-loader': 'node+',
  },
  tsx: {
    '--tsconfig': 'TSX_TSCONFIG_PATH+',
    '--clear-screen --no-cache --watch': '-',
    '--include --exclude --ignore': '-+',
  },
}

describe('init: words of loaders and package managers', () => {
  for (const [loader, groups] of Object.entries(FLAGS))
    it(`${loader}: each flag becomes what node can be told, and none that is only like it`, () => {
      for (const [names, what] of Object.entries(groups))
        for (const name of names.split(' ')) {
          const takes = what.endsWith('+')
          const kind = what.replace('+', '')
          const words = takes ? [name, 'one'] : [name]
          const { launch, file, unknown } = parseLoaderWords(loader as Loader, [...words, 'a.ts'])
          expect({ file, unknown, args: launch.args }, name).to.deep.equal({
            file: 'a.ts',
            unknown: undefined,
            args: [],
          })
          expect(launch.nodeArgs, name).to.deep.equal(kind === 'node' ? words : [])
          expect(launch.env, name).to.deep.equal(
            /^[A-Z]/.test(kind) ? { [kind]: takes ? 'one' : 'true' } : {},
          )
          for (const near of [`--x${name}`, `${name}x`])
            if (near !== '--clsx')
              expect(
                parseLoaderWords(loader as Loader, [near, 'a.ts']).unknown,
                `${near} is not ${name}`,
              ).to.equal(near)
        }
    })

  it('tells the first flag that nothing carries over, and takes values behind =', () => {
    expect(parseLoaderWords('tsx', ['--one', '--two', 'a.ts', '-x'])).to.deep.equal({
      launch: { args: ['-x'], nodeArgs: [], env: {} },
      file: 'a.ts',
      unknown: '--one',
    })
    const { launch, file, unknown } = parseLoaderWords('ts-node', [
      '--project=a=b.json',
      '--files=false',
      '--require=./x.js',
      '--inspect=9229',
      '--ignore-watch=x',
      '--max-old-space-size=3',
      '--',
      '-a.ts',
      'word',
    ])
    expect({ launch, file, unknown }).to.deep.equal({
      launch: {
        args: ['word'],
        nodeArgs: ['--require=./x.js', '--max-old-space-size=3'],
        env: { TS_NODE_PROJECT: 'a=b.json', TS_NODE_FILES: 'false' },
      },
      file: '-a.ts',
      unknown: undefined,
    })
    for (const near of ['--x--max-old-space-size=3', '--x--inspect', '--x-r=a', '--x--no-notify'])
      expect(parseLoaderWords('ts-node', [near, 'a.ts']).unknown, near).to.equal(near)
    expect(parseLoaderWords('ts-node', ['-r'])).to.deep.equal({
      launch: { args: [], nodeArgs: ['-r'], env: {} },
    })
  })

  it("@babel/register knows none of babel-node's own flags, and their values are no file", () => {
    for (const name of '--presets --plugins --extensions -x --config-file -o --only -b -w'.split(
      ' ',
    ))
      expect(parseLoaderWords('@babel/register', [name, 'one', 'a.js'])).to.include({
        file: 'a.js',
        unknown: name,
      })
    for (const near of ['--x--presets', '--presetsx'])
      expect(parseLoaderWords('@babel/register', [near, 'a.js'])).to.include({ file: 'a.js' })
  })

  it('flags of node that take a value keep it, and others take none', () => {
    const names =
      '-r --require --import --loader --experimental-loader -C --conditions --title --env-file-if-exists ' +
      '--input-type --icu-data-dir --openssl-config --disable-warning --redirect-warnings ' +
      '--tls-min-v1.3 --max-old-space-size --stack-trace-limit --diagnostic-dir --cpu-prof-dir ' +
      '--heap-prof-dir --unhandled-rejections --dns-result-order --secure-heap --trace-event-categories'
    for (const name of names.split(' ')) {
      const { script, launch, isTyped, notes } = parseNodeWords([name, 'one', 'a.js', 'word'])
      expect({ script, isTyped, notes, ...launch }, name).to.deep.equal({
        script: 'a.js',
        isTyped: false,
        notes: [],
        args: ['word'],
        nodeArgs: [name, 'one'],
        env: {},
      })
      for (const near of [`--x${name}`, `${name}x`])
        expect(parseNodeWords([near, 'one']).script, near).to.equal('one')
      expect(parseNodeWords([name]).launch.nodeArgs, name).to.deep.equal([name])
    }
    for (const name of ['-e', '--eval', '-p', '--print', '-pe'])
      expect(parseNodeWords([name, 'a.js']), name).to.deep.equal({
        launch: { args: [], nodeArgs: [], env: {} },
        isTyped: false,
        notes: [],
      })
    expect(parseNodeWords(['--x-p', 'a.js']).script).to.equal('a.js')
    expect(parseNodeWords(['-px', 'a.js']).script).to.equal('a.js')
    expect(parseNodeWords(['-', 'a.js']).script).to.equal('-')
    expect(parseNodeWords(['--', '-a.js', 'b'])).to.deep.include({ script: '-a.js' })
  })

  it('a built file keeps the flags of node without those of a loader', () => {
    const flags = ['-r', 'tsx', '--title', 'x', '--import', './a.js', '--no-warnings', '-r']
    expect(withoutLoaders(flags)).to.deep.equal([
      '--title',
      'x',
      '--import',
      './a.js',
      '--no-warnings',
      '-r',
    ])
    expect(withoutLoaders(['--experimental-strip-types', '--import=tsx', '--tsxx'])).to.deep.equal([
      '--tsxx',
    ])
  })

  it('which words are the package manager’s own, and which the script’s', () => {
    const cases: [string, string, string, string][] = [
      ['npm', '--prefix api start -- --x', '--prefix api start', '--x'],
      ['npm', 'start --x', 'start --x', ''],
      ['npx', 'a -- b', 'a', 'b'],
      ['pnpm', '-r --filter a run start --x', '-r --filter a run start', '--x'],
      ['pnpmx', 'a b', 'a b', ''],
      ['yarn', '--cwd api start -- --x', '--cwd api start', '-- --x'],
      ['yarn', '--mutex', '--mutex', ''],
      ['bun', '-c x run start y', '-c x run start', 'y'],
      ['bun', 'runx y', 'runx', 'y'],
      ['pnpm', 'xrun y', 'xrun', 'y'],
      ['pnpm', '--xx a b', '--xx a', 'b'],
      ['pnpm', '--dirx a b', '--dirx a', 'b'],
      ['pnpm', '--x-C a b', '--x-C a', 'b'],
      ['yarn', '--x--cwd a b', '--x--cwd a', 'b'],
      ['bun', '--x--cwd a b', '--x--cwd a', 'b'],
      ['bun', '--cwdx a b', '--cwdx a', 'b'],
    ]
    for (const [program, line, own, after] of cases) {
      const words = (text: string) => text.split(' ').filter(Boolean)
      expect(managerWords(program, words(line)), `${program} ${line}`).to.deep.equal({
        own: words(own),
        after: words(after),
      })
    }
    expect(plainWords('npm', ['--prefix', 'api', 'run', '-w', 'a', 'start'])).to.deep.equal([
      'run',
      'start',
    ])
    for (const flag of ['--x--prefix', '--prefixx'])
      expect(plainWords('npm', [flag, 'api']), flag).to.deep.equal(['api'])
    for (const flag of ['--x--filter', '--filterx'])
      expect(plainWords('turbo', [flag, 'api']), flag).to.deep.equal(['api'])
    for (const flag of ['--x--scope', '--scopex'])
      expect(plainWords('lerna', [flag, 'api']), flag).to.deep.equal(['api'])
    expect(plainWords('npm', ['api'])).to.deep.equal(['api'])
  })

  it('which commands run in every workspace', () => {
    const all = ['npm start --workspaces', 'npm start -ws', 'npm start --workspaces=true']
    const pnpm = ['pnpm -r start', 'pnpm --recursive start', 'pnpm m start', 'pnpm multi x']
    for (const line of [...all, ...pnpm, 'pnpm -s recursive x', 'turbo start', 'lerna run x']) {
      const [program, ...own] = line.split(' ')
      expect(isRecursive(program!, own), line).to.equal(true)
    }
    const npm = ['npm start', 'npm start --x--workspaces', 'npm start --workspaces=false']
    const others = ['pnpm start', 'pnpm start m', 'pnpm -rx start', 'pnpm --x-r start', 'pnpm xm a']
    for (const line of [...npm, ...others, 'pnpm multix', 'pnpm', 'yarn -r start']) {
      const [program, ...own] = line.split(' ')
      expect(isRecursive(program!, own), line).to.equal(false)
    }
  })

  it('flags apart from the words behind them, and their values', () => {
    const isA = (flag: string) => flag === '-a'
    expect(splitFlags(['-a', '1', '-b', 'c', '-d'], isA)).to.deep.equal({
      flags: ['-a', '1', '-b'],
      rest: ['c', '-d'],
    })
    expect(splitFlags(['-b', '--', '-c'], isA)).to.deep.equal({ flags: ['-b'], rest: ['-c'] })
    expect(splitFlags(['-', 'a'], isA)).to.deep.equal({ flags: [], rest: ['-', 'a'] })
    expect(flagValue(['-x', '1', '--out=2'], '-o', '--out')).to.equal('2')
    expect(flagValue(['-o', '1', '--out=2'], '-o', '--out')).to.equal('1')
    expect(flagValue(['-o=1', '--outer=2'], '-o', '--out')).to.equal(undefined)
  })

  it('variables before a command, and what a shell takes away', () => {
    const cases: [string, Record<string, string>, string[]][] = [
      ['A=1 _b2="x\ny" node a.js', { A: '1', _b2: 'x\ny' }, ['node', 'a.js']],
      ['A=1', { A: '1' }, []],
      ['x-A=1 node', {}, ['x-A=1', 'node']],
      ['node a.js >x 2>y 3< z w', {}, ['node', 'a.js', 'w']],
      ['node 12 > x', {}, ['node', '12']],
      ['node ${A-b} $C *.js # d', {}, ['node', '${A-b}', '$C', '*.js']],
    ]
    for (const [line, env, words] of cases)
      expect(simpleCommand(line), line).to.deep.equal({ env, words })
  })
})
