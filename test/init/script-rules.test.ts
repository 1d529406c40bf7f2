import { expect } from 'chai'
import { readPackageJson } from '../../src/init/detect/package-json.js'
import { followServe, isServe } from '../../src/init/detect/pm2-serve.js'
import { allCommands, scriptHop } from '../../src/init/detect/scripts.js'
import { callingScript, isStartAlone, startCallers } from '../../src/init/detect/start-callers.js'
import type { Project } from '../../src/init/detect/target.js'
import { memoryFolder } from './memory-folder.js'

const pkgOf = (manifest: object) => readPackageJson(memoryFolder({ 'package.json': manifest }))
const words = (line: string) => line.split(' ').filter(Boolean)

describe('the script that a command names', () => {
  const own = 'install ci add i exec dlx x init publish workspace workspaces'.split(' ')
  const scripts = Object.fromEntries(['start', 'api', 'test', ...own].map((name) => [name, 'x']))
  const named = (line: string) => {
    const hop = scriptHop(words(line), scripts)
    return hop && [hop.script, ...hop.rest].join(' ')
  }
  const rows: [line: string, script: string | undefined][] = [
    ['npm start', 'start'],
    ['npm start -x -- -y z', 'start -y z'],
    ['npm run api a -- b', 'api a b'],
    ['npm run-script api', 'api'],
    ['npm run none', 'none'],
    ['npm run none --if-present', undefined],
    ['npm run api --if-present', 'api'],
    ['npm api', undefined],
    ['npm test', 'test'],
    ['npm stop', undefined],
    ['npm restart', undefined],
    ['npm run', undefined],
    ['npm', undefined],
    ['yarn api -x', 'api -x'],
    ['yarn run api -- -x', 'api -x'],
    ['yarn run none', undefined],
    ['yarn none', undefined],
    ['yarn start', 'start'],
    ['pnpm api -- -x', 'api -- -x'],
    ['pnpm run none', 'none'],
    ['bun run api', 'api'],
    ['bun run a.js', undefined],
    ['bun api', 'api'],
    ['node --run api -- -x', 'api -x'],
    ['node --run=api', 'api'],
    ['node --run', undefined],
    ['node a', undefined],
    ['deno run api', undefined],
    ['npm run api --prefixes', 'api'],
    ['npm run api x--cwd', 'api x--cwd'],
    ...['npm', 'yarn', 'pnpm', 'bun'].flatMap((tool) =>
      own.map((name): [string, undefined] => [`${tool} ${name}`, undefined]),
    ),
    ...[
      ...['npm run api -w x', 'npm run api --workspace=x', 'npm run api -ws', 'yarn --cwd x api'],
      ...['npm --prefix x run api', 'pnpm -r api', 'pnpm --filter x api', 'pnpm -C x api'],
      ...['npm run api --workspaces', 'pnpm --dir x api', 'pnpm --filter-prod=x api'],
      ...['pnpm -F x api', 'bun --filter=x api'],
    ].map((line): [string, undefined] => [line, undefined]),
  ]
  for (const [line, script] of rows)
    it(`is ${script} of ${line}`, () => expect(named(line)).to.equal(script))
})

describe('all commands of a line', () => {
  const pkg = pkgOf({
    scripts: {
      start: 'npm run a && node b',
      a: 'npx tsc && npm run a',
      c: 'cross-env A=1 npm run a',
      d: 'cd x && npm run a; cd .. && node z',
    },
  })
  const rows: [line: string, commands: string[]][] = [
    ['npm start', ['tsc', 'node b']],
    ['npm run c', ['tsc']],
    ['npm run d', ['x: cd x', 'x: npm run a', 'cd ..', 'node z']],
    ['A=1 env B=2 npx tsc x', ['tsc x']],
    ['npx env', ['env']],
    ['xnpx tsc', ['xnpx tsc']],
    ['npxs tsc', ['npxs tsc']],
    ['cross-env A=1', ['A=1']],
    ['cd', ['cd']],
    ['cd x/ && y', ['x: cd x/', 'x: y']],
    ['cd x/y && z', ['x/y: cd x/y', 'x/y: z']],
    ['cd ./ && y', ['cd ./', 'y']],
    ['cd x && cd .. && y', ['x: cd x', 'cd ..', 'y']],
    ['npx', ['npx']],
    ['npm run none', []],
    ['', []],
  ]
  for (const [line, commands] of rows)
    it(`are ${commands.join('; ') || 'none'} of ${line || 'nothing'}`, () =>
      expect(
        allCommands(line, pkg).map(({ words: all, dir }) =>
          [...(dir === undefined ? [] : [`${dir}:`]), ...all].join(' '),
        ),
      ).to.deep.equal(commands))
})

describe('who runs the start script', () => {
  const rows: [command: string, moved: string][] = [
    ['npm start', 'npm run S'],
    ['npm run -s start;x', 'npm run S;x'],
    ['"npm start"', '"npm run S"'],
    ['npm start)', 'npm run S)'],
    ['cd . && npm start', 'cd . && npm run S'],
    ['cd ./ && npm start', 'cd ./ && npm run S'],
    ['cd && npm start', 'cd && npm run S'],
    ['xcd a && npm start', 'xcd a && npm run S'],
    ['npm start -- -w', 'npm run S -- -w'],
    ['npm start x--prefix y', 'npm run S x--prefix y'],
    ['npm run start --if-present', 'npm run S --if-present'],
    ['yarn -q start', 'yarn run S'],
    ['bun start', 'bun run S'],
    ['pm2-runtime npm -- start', 'pm2-runtime npm -- run S'],
    ['pm2-runtime npm --name=x -- run start', 'pm2-runtime npm --name=x -- run S'],
    ['pm2 start npm --name x --time -- start -p', 'pm2 start npm --name x --time -- run S -p'],
    ['node --run=start', 'node --run S'],
    ['npm:start', 'npm:S'],
    ['run-p a start b', 'run-p a S b'],
    ['npm-run-all start', 'npm-run-all S'],
    ['npm-run-all2 x start', 'npm-run-all2 x S'],
    ['  npm start  &&  npm start ', '  npm run S  &&  npm run S '],
    ['npm run a; npm start | npm start', 'npm run a; npm run S | npm run S'],
    ['npm start; cd x; npm start', 'npm run S; cd x; npm start'],
    ...[
      ...['npm startx', 'xnpm start', 'cd x && npm start', 'cd ./x && npm start', 'npm -r start'],
      ...['npm -w x start', 'npm start --workspace=x', 'node --run starts', 'npm:starts'],
      ...['run-sx start', 'npm start --workspaces', 'npm -ws start', 'pnpm --dir=x start'],
      ...['pnpm --recursive start', 'yarn --cwd x start', 'pnpm -F x start', 'npm -C x start'],
    ].map((line): [string, string] => [line, line]),
  ]
  for (const [command, moved] of rows)
    it(`is moved in ${command} to ${moved}`, () =>
      expect(callingScript(command, 'S')).to.equal(moved))

  it('runs it alone if nothing stands behind it', () => {
    for (const line of [
      ...['npm start', 'npm run start ', 'yarn start', 'pnpm start', 'a&npm start', 'a;npm start'],
      'a && npm  run  start',
    ])
      expect(isStartAlone(line), line).to.equal(true)
    for (const line of ['npm start x', 'xnpm start', 'bun start', 'npm starts', 'npm start; x'])
      expect(isStartAlone(line), line).to.equal(false)
  })

  it('is every process type but the main one, and the scripts that they run', () => {
    const callers = (Procfile: string, scripts: object = {}, main = 'web') =>
      startCallers({ folder: memoryFolder({ Procfile }), pkg: pkgOf({ scripts }) }, main).map(
        ({ place, name, command }) => `${place} ${name}: ${command}`,
      )
    expect(callers('web: npm start\njobs: npm start -x\n')).to.deep.equal([
      'Procfile jobs: npm start -x',
    ])
    expect(callers('bot: npm start\nweb: npm start', {}, 'bot')).to.deep.equal([
      'Procfile web: npm start',
    ])
    const chain = { a: 'npm run b', b: 'npm start && npm run a', c: 'npm start' }
    expect(callers('jobs: npm run a\n', chain)).to.deep.equal([
      'package.json b: npm start && npm run a',
    ])
    expect(callers('x: npm run c && npm run c\ny: npm run c\n', chain)).to.deep.equal([
      'package.json c: npm start',
    ])
    const inner = { start: 'npm run a', a: 'npm start' }
    expect(callers('jobs: npm start\n', inner)).to.deep.equal(['Procfile jobs: npm start'])
    for (const none of ['jobs: npm run gone\n', '', 'j: A=1\n', 'j: >x\n'])
      expect(callers(none, chain), none).to.deep.equal([])
  })
})

describe("PM2's server of files", () => {
  const project = (manifest: object = {}, build?: object) =>
    ({
      folder: memoryFolder({ 'dist/a': '', 'index.html': '' }),
      pkg: pkgOf(manifest),
      build,
    }) as unknown as Project
  const serves = (line: string, program = 'pm2', manifest = {}) =>
    isServe(words(line), project(manifest), program)

  it('is told by its verb, unless a package brings a program of that name', () => {
    for (const line of ['serve dist', 'serve', 'expose dist', '--port 80 serve dist'])
      expect(serves(line), line).to.equal(true)
    for (const line of ['serves dist', 'xserve', 'xexpose a', 'start a', ''])
      expect(serves(line), line).to.equal(false)
    for (const kind of ['dependencies', 'devDependencies']) {
      const manifest = { [kind]: { serve: '1' } }
      expect(serves('serve dist', 'pm2', manifest)).to.equal(true)
      expect(serves('serve dist', 'pm2-runtime', manifest), kind).to.equal(false)
    }
    expect(serves('serve dist', 'pm2-runtime')).to.equal(true)
  })

  /** Its variables, without the names' common part, and what is said; or why it is refused. */
  const served = (line: string, build?: object) => {
    const target = followServe(words(line), project({}, build))
    if (target.kind !== 'script') return target.kind === 'refused' ? target.reason : ''
    const { env, options } = target.launch
    const set = Object.entries(env).map(([name, value]) => `${name.slice(10)}=${value}`)
    return [
      ...set,
      ...(options ? [JSON.stringify(options)] : []),
      ...target.notes.map((note) => `(${note.split(' ').slice(0, 3).join(' ')})`),
    ].join(' ')
  }
  const port = (value: string) => `(The port ${value})`
  const rows: [line: string, served: string][] = [
    ['serve', 'PATH=.'],
    ['serve .', 'PATH=.'],
    ['serve ./dist/ 8080', `PATH=dist ${port('8080')}`],
    ['serve dist --port 80 --spa', `PATH=dist SPA=true ${port('80')}`],
    ['serve --port=80 dist', `PATH=dist ${port('80')}`],
    ['serve dist --port $PORT', 'PATH=dist'],
    ['serve dist ${PORT:-80}', 'PATH=dist'],
    ['serve dist $PORTS', `PATH=dist ${port('$PORTS')}`],
    ['serve dist x$PORT', `PATH=dist ${port('x$PORT')}`],
    ['serve dist 81 --port 80', `PATH=dist ${port('81')}`],
    ['serve dist --port', 'PATH=dist'],
    ['serve --spa dist', 'PATH=dist SPA=true'],
    ['serve dist --spa=1 --ftp', 'PATH=dist SPA=true FTP=true'],
    ['serve --port --spa dist', 'PATH=dist SPA=true'],
    [
      'serve dist --basic-auth-username u --basic-auth-password p',
      'PATH=dist BASIC_AUTH=true (User and password)',
    ],
    ['serve dist --basic-auth-username u', 'PATH=dist'],
    ['serve dist --basic-auth-password p', 'PATH=dist'],
    ['serve dist --basic-auth-username= --basic-auth-password=p', 'PATH=dist'],
    ['serve dist --monitor k --name web', `PATH=dist {"name":"web"} (PM2's flag --monitor)`],
    ['serve --monitor k dist', `PATH=dist (PM2's flag --monitor)`],
  ]
  for (const [line, expected] of rows)
    it(`is ${expected} of ${line}`, () => expect(served(line)).to.equal(expected))

  it('serves a folder that is there, or is made', () => {
    expect(served('serve $DIR')).to.match(/^only a shell knows the folder `\$DIR`/)
    expect(served('serve ../x')).to.match(/lies outside the folder$/)
    expect(served('serve none')).to.match(/does not exist, and no build script makes it$/)
    expect(served('serve build')).to.match(/does not exist/)
    const [known, opaque] = [{ isOpaque: false }, { isOpaque: true }]
    expect(served('serve out', known)).to.equal('PATH=out')
    expect(served('serve none', known)).to.match(/does not exist/)
    expect(served('serve none', opaque)).to.equal('PATH=none')
    expect(served('serve dist --delay 5')).to.match(/^PM2's flag --delay cannot be carried/)
    expect(served('serve dist --toString')).to.match(/^PM2's flag --toString cannot be/)
    expect(served('serve dist --ext js')).to.match(/^PM2's flag --ext cannot be carried/)
    expect(followServe(['serve', 'dist'], project())).to.include({
      how: "PM2's server of the files in dist",
    })
    expect(followServe(['serve'], project())).to.include({
      how: "PM2's server of the files in this folder",
    })
  })
})
