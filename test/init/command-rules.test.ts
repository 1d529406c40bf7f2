import { expect } from 'chai'
import { splitCommands } from '../../src/init/detect/command-line.js'
import { elsewhere } from '../../src/init/detect/elsewhere.js'
import { readPackageJson } from '../../src/init/detect/package-json.js'
import { withoutAsides } from '../../src/init/detect/pm2-verbs.js'
import { severalLines } from '../../src/init/detect/several-lines.js'
import { unwrap } from '../../src/init/detect/unwrap.js'
import { memoryFolder } from './memory-folder.js'

const folder = memoryFolder({
  'package.json': { workspaces: ['packages/*'], scripts: {} },
  'packages/api/package.json': { name: '@acme/api', scripts: { start: 'a' } },
  'packages/web/package.json': { name: 'web', scripts: { start: 5, dev: 'x' } },
  'packages/lib/package.json': {},
})
const project = { folder, pkg: readPackageJson(folder), build: undefined }
const words = (line: string) => line.split(' ').filter(Boolean)

describe('a command that runs in another folder', () => {
  /** `FOLDER: COMMAND`, `all with SCRIPT (FOLDERS): COMMAND`, or here. */
  const where = (line: string) => {
    const found = elsewhere(words(line), project)
    if (!found) return 'here'
    const command = found.words.join(' ')
    if ('dir' in found) return `${found.dir ?? 'nowhere'}: ${command}`
    const among = found.among?.map(({ dir }) => dir).join(' ') ?? '?'
    return `all with ${found.script} (${among}): ${command}`
  }
  const api = 'packages/api'
  const rows: [line: string, where: string][] = [
    ['', 'here'],
    ['npm start', 'here'],
    ['npm --prefix packages/api start', `${api}: npm start`],
    ['npm --prefix=./packages/api start -- -x', `${api}: npm start -- -x`],
    ['npm -C packages/api run start', `${api}: npm run start`],
    ['npm x--prefix a start', 'here'],
    ['npm --prefixes a start', 'here'],
    ['npm start -w api', `${api}: npm start`],
    ['npm start --workspace=@acme/api', `${api}: npm start`],
    ['npm start -w packages/api', `${api}: npm start`],
    ['npm start -w none', 'nowhere: npm start'],
    ['npm start -w', 'here'],
    ['npm start x-w api', 'here'],
    ['npm start -w api -w web', 'all with start (?): npm start -w web'],
    ['npm start -w ./packages/*', 'all with start (?): npm start'],
    ['npm start --workspaces', `all with start (${api}): npm start`],
    ['npm run dev -ws', 'all with dev (packages/web): npm run dev'],
    ['npm run-script dev --workspaces=true', 'all with dev (packages/web): npm run-script dev'],
    ['npm run none -ws', 'all with none (): npm run none'],
    ['npm run -ws', 'here'],
    ['yarn --cwd packages/api start', `${api}: yarn start`],
    ['yarn --cwds x start', 'here'],
    ['yarn x--cwd x start', 'here'],
    ['yarn workspace api start -x', `${api}: yarn start -x`],
    ['yarn workspace', 'here'],
    ['yarn workspace api', `${api}: yarn`],
    ['npm workspace api start', 'here'],
    ['yarn workspaces run start', `all with start (${api}): yarn run start`],
    ['yarn workspaces foreach -A run dev', 'all with dev (packages/web): yarn run dev'],
    ['yarn workspaces foreach --include a run dev', 'all with dev (?): yarn run dev'],
    ['yarn workspaces foreach --exclude=a run dev', 'all with dev (?): yarn run dev'],
    [
      'yarn workspaces foreach -A run dev --from x',
      'all with dev (packages/web): yarn run dev --from x',
    ],
    ['yarn workspaces foreach x--since run dev', 'all with dev (packages/web): yarn run dev'],
    ['yarn workspaces run', 'here'],
    ['yarn workspaces', 'here'],
    ['pnpm -C packages/api start', `${api}: pnpm start`],
    ['pnpm --dir packages/api start', `${api}: pnpm start`],
    ['pnpm --dirs packages/api start', 'here'],
    ['pnpm --filter api start', `${api}: pnpm start`],
    ['pnpm -F web dev x', 'packages/web: pnpm dev x'],
    ['pnpm --filter-prod api start', `${api}: pnpm start`],
    ['pnpm --filter ...api start', 'all with start (?): pnpm start'],
    ['pnpm --filter api^ start', 'all with start (?): pnpm start'],
    ['pnpm --filter !api start', 'all with start (?): pnpm start'],
    ['pnpm --filter [main] start', 'all with start (?): pnpm start'],
    ['pnpm --filter {packages/api} start', `${api}: pnpm start`],
    ['pnpm -C a*b start', 'a*b: pnpm start'],
    ['pnpm -r start', `all with start (${api}): pnpm start`],
    ['pnpm --recursive run dev', 'all with dev (packages/web): pnpm run dev'],
    ['pnpm recursive run start', `all with start (${api}): pnpm run start`],
    ['pnpm multi start', `all with start (${api}): pnpm start`],
    ['pnpm m start', `all with start (${api}): pnpm start`],
    ['pnpm -r', 'here'],
    ['bun --cwd packages/api start', `${api}: bun start`],
    ['bun -F api start', `${api}: bun start`],
    ['bun --filter web dev', 'packages/web: bun dev'],
    ['bun -Fx api start', 'here'],
    ['bun x--cwd api start', 'here'],
    ['turbo run start', `all with start (${api}): npm run start`],
    ['turbo start --filter=api', `${api}: npm run start`],
    ['turbo run start -F web', 'packages/web: npm run start'],
    ['turbo run start --filter=api -- --port 1', `${api}: npm run start -- --port 1`],
    ['turbo exec --filter=api x', `${api}: npm run exec`],
    ['turbo --filter=api', `${api}: npm run`],
    ['turbo', 'here'],
    ['lerna run start --scope @acme/api', `${api}: npm run start`],
    ['lerna run start --scopes api', `all with start (${api}): npm run start`],
    ['lerna run start', `all with start (${api}): npm run start`],
    ['lerna exec --scope api -- node a.js -x', `${api}: node a.js -x`],
    ['lerna exec --scope api node a.js', `${api}: node a.js`],
    ['lerna run start --scope api -- -x', `${api}: npm run start -- -x`],
    ['make -C packages/api start', 'here'],
  ]
  for (const [line, expected] of rows)
    it(`${line || 'nothing'}: ${expected}`, () => expect(where(line)).to.equal(expected))
})

describe('a command inside another one', () => {
  /** The variables that are set, and what is run; `sh LINE` for a line. */
  const inside = (line: string) => {
    const found = unwrap(words(line))
    if (!found) return 'none'
    const set = Object.entries(found.env).map(([name, value]) => `${name}=${value}`)
    const rest = typeof found.rest === 'string' ? ['sh', found.rest] : found.rest
    return [...set, ...rest].join(' ')
  }
  const rows: [line: string, inside: string][] = [
    ['A=1 B=2 node a', 'A=1 B=2 node a'],
    ['cross-env A=1 node a', 'A=1 node a'],
    ['node_modules/.bin/cross-env A=1 node a', 'A=1 node a'],
    ['cross-env-shell a b', 'sh a b'],
    ['env -u X A=1 node a', 'A=1 node a'],
    ['env --unset X node a', 'node a'],
    ['env -C d node a', 'node a'],
    ['env --chdir d node a', 'node a'],
    ['env -ux X node a', 'X node a'],
    ['env --x-u X node a', 'X node a'],
    ['dotenv -e .env -- node a', 'node a'],
    ['dotenv -c x node a', 'node a'],
    ['dotenv -v A=1 node a', 'node a'],
    ['dotenv -p X node a', 'node a'],
    ['dotenv --env-file x node a', 'node a'],
    ['dotenv --env-files x node a', 'x node a'],
    ['dotenv -ex y node a', 'y node a'],
    ['dotenv -x-e y node a', 'y node a'],
    ['dotenvx run -f .env -- node a', 'node a'],
    ['env-cmd .env node a', 'node a'],
    ['env-cmd x.env node a', 'node a'],
    ['env-cmd config/.env.prod node a', 'node a'],
    ['env-cmd a.json node a', 'node a'],
    ['env-cmd -f .env node a', 'node a'],
    ['env-cmd --file .env node a', 'node a'],
    ['env-cmd -e p node a', 'node a'],
    ['env-cmd --environments p node a', 'node a'],
    ['env-cmd -r rc node a', 'node a'],
    ['env-cmd --rc-file rc node a', 'node a'],
    ['env-cmd -fx .env node a', '.env node a'],
    ['env-cmd -x-f .env node a', '.env node a'],
    ['env-cmd x.envs node a', 'x.envs node a'],
    ['env-cmd node a', 'node a'],
    ['exec node a', 'node a'],
    ['time -p node a', 'node a'],
    ['nohup node a', 'node a'],
    ['command node a', 'node a'],
    ['dumb-init -- node a', 'node a'],
    ['tini -g -- node a', 'node a'],
    ['npx serve', 'serve'],
    ['npx -p x serve', 'serve'],
    ['npx --package x -w y serve@14 dist', 'serve dist'],
    ['npx --workspace y serve', 'serve'],
    ['npx -px x serve', 'x serve'],
    ['npx @scope/a@1.2 x', '@scope/a x'],
    ['npx @scope/a x', '@scope/a x'],
    ['npx a/b@1', 'a/b'],
    ['npx', ''],
    ['bunx x', 'x'],
    ['npm exec x y', 'x y'],
    ['npm exec -w api x', 'none'],
    ['npm exec --workspace api x', 'none'],
    ['npm exec --prefix=d x', 'none'],
    ['npm exec -C d x', 'none'],
    ['npm exec x -C d', 'x -C d'],
    ['npm x -- a', 'a'],
    ['npm dlx a', 'a'],
    ['npm execs a', 'none'],
    ['npm xexec a', 'none'],
    ['npm run a', 'none'],
    ['pnpm dlx a', 'a'],
    ['yarn dlx a', 'a'],
    ['yarn exec -wx a', 'a'],
    ['yarn exec --x-w a', 'a'],
    ['sh -c', 'none'],
    ['sh -c x y', 'sh x'],
    ['sh -ec x', 'sh x'],
    ['bash -xc y', 'sh y'],
    ['bash -cx y', 'none'],
    ['bash x-c y', 'none'],
    ['sh x', 'none'],
    ['node a', 'none'],
    ['bin/start-nginx', 'none'],
    ['bin/start-nginx node a', 'node a'],
    ['', 'none'],
  ]
  for (const [line, expected] of rows)
    it(`of ${line || 'nothing'}: ${expected || 'empty'}`, () =>
      expect(inside(line)).to.equal(expected))
})

describe('tools that run several lines', () => {
  const scripts = { start: 'x', api: 'y', 'b:x': '1', 'b:y': '2', 'b:y:z': '3', bc: '4' }
  const rows: [program: string, words: string[], line: string | undefined][] = [
    ['concurrently', ['npm:start', 'npm:api'], 'npm run start & npm run api'],
    ['concurrently', ['-n', 'a,b', 'node a', 'yarn:start'], 'node a & yarn run start'],
    [
      'concurrently',
      ['--names', 'a', '-k', 'pnpm:a', 'bun:x', 'xnpm:a'],
      'pnpm run a & bun run x & xnpm:a',
    ],
    ['concurrently', ['-nx', 'a', 'b'], 'a & b'],
    ['concurrently', ['-x-n', 'a'], 'a'],
    ['concurrently', ['--restart-tries', '3', 'a', '--kill-others'], 'a'],
    ['concurrently', ['--restart-triesx', '3', 'a'], '3 & a'],
    ['concurrently', ['npm:b:*'], 'npm run b:x & npm run b:y & npm run b:y:z'],
    ['concurrently', ['npm run b:*z -- -x'], 'npm run b:y:z -- -x'],
    ['concurrently', ['npm run z*'], undefined],
    ['concurrently', ['a', 'npm run z*'], undefined],
    ['concurrently', ['node a*'], 'node a*'],
    ['npm-run-all', ['start', 'api'], 'npm run start && npm run api'],
    ['npm-run-all2', ['-p', 'start', 'api'], 'npm run start & npm run api'],
    ['npm-run-all', ['-lp', 'start', 'api'], 'npm run start & npm run api'],
    ['npm-run-all', ['--parallel', 'start', 'api'], 'npm run start & npm run api'],
    ['npm-run-all', ['--parallels', 'start', 'api'], 'npm run start && npm run api'],
    ['npm-run-all', ['x-p', 'start'], 'npm run x-p && npm run start'],
    ['run-p', ['start', 'api'], 'npm run start & npm run api'],
    ['run-s', ['start', 'api'], 'npm run start && npm run api'],
    ['run-s', ['b:*'], 'npm run b:x && npm run b:y'],
    ['run-s', ['b:**'], 'npm run b:x && npm run b:y && npm run b:y:z'],
    ['run-s', ['b*'], 'npm run bc'],
    ['run-s', ['*x'], undefined],
    ['run-s', ['z:*'], undefined],
    ['run-s', ['b:*!'], undefined],
    ['run-s', ['$b*'], undefined],
    ['run-s', ['b.*'], undefined],
    ['run-s', ['*'], 'npm run start && npm run api && npm run bc'],
    ['run-sx', ['start'], undefined],
    ['xrun-s', ['start'], undefined],
    ['make', ['start'], undefined],
  ]
  for (const [program, given, line] of rows)
    it(`${program} ${given.join(' ')}: ${line}`, () =>
      expect(severalLines(program, given, scripts)).to.equal(line))
})

describe("PM2's housekeeping beside a start", () => {
  /** What is left of a line, the reasons in short, or the refusal. */
  const left = (line: string) => {
    const { parts, notes, refusal } = withoutAsides(splitCommands(line))
    const kept = parts.map(({ text }) => text).join(' ; ')
    const why = notes.map((note) => /is left out: (\S+ \S+)/.exec(note)?.[1])
    return [kept, ...why, ...(refusal ? ['refused'] : [])].join(' | ')
  }
  const [lines, apps, number, modules, stays, files] = [
    ...['the lines', 'a dyno', 'the number', 'the runtime', 'the runtime', 'files do'],
  ]
  for (const verb of (
    'logs log attach monit imonit dash dashboard list ls l ps status jlist prettylist show ' +
    'describe info env ping report sysmonit'
  ).split(' '))
    it(`is pm2 ${verb}`, () => expect(left(`pm2 ${verb} && b`)).to.equal(`b | ${lines}`))
  for (const verb of (
    'delete del kill stop flush reset save dump resurrect cleardump update startup unstartup ' +
    'reloadLogs'
  ).split(' '))
    it(`is pm2 ${verb}`, () => expect(left(`pm2 ${verb} && b`)).to.equal(`b | ${apps}`))
  for (const verb of 'install module:install uninstall set conf config get unset multiset'.split(
    ' ',
  ))
    it(`is pm2 ${verb}`, () => expect(left(`pm2 ${verb} && b`)).to.equal(`b | ${modules}`))
  for (const verb of 'link plus register login connect'.split(' '))
    it(`refuses pm2 ${verb}`, () =>
      expect(left(`pm2 ${verb} && b`)).to.equal(`pm2 ${verb} ; b | refused`))
  const rows: [line: string, left: string][] = [
    ['pm2 scale a 2 && b', `b | ${number}`],
    ['pm2 start a; tail -f log', `pm2 start a | ${stays}`],
    ['a && sleep infinity', `a | ${stays}`],
    ['a && tail -F x', `a | ${stays}`],
    ['tsc --watch & b', `b | ${files}`],
    ['npx tsc -w & b', `b | ${files}`],
    ['npx pm2 save && b', `b | ${apps}`],
    ['npx pm2 plus && b', 'npx pm2 plus ; b | refused'],
    ['./node_modules/.bin/pm2 kill && b', `b | ${apps}`],
    ['node_modules/.bin/pm2 flush && b', `b | ${apps}`],
    ['pm2 start a && pm2 ls && pm2 login', 'pm2 start a ; pm2 ls ; pm2 login | refused'],
    ['pm2 ls && b && pm2 kill', `b | ${lines} | ${apps}`],
    ...[
      ...['a ; sleep 5', 'a ; tail x-f', 'a ; tail -fx', 'a ; tails -f', 'a ; xtail -f', 'b'],
      ...['x/node_modules/.bin/pm2 kill ; b', 'xpm2 kill ; b', 'pm2x kill ; b', 'pm2 ; b'],
      ...['pm2 logsx ; b', 'pm2 xlogs ; b', 'pm2 xshow ; b', 'pm2 dels ; b', 'pm2 xdel ; b'],
      ...['pm2 scales ; b', 'pm2 xscale ; b', 'pm2 sets ; b', 'pm2 xset ; b', 'pm2 links ; b'],
      ...['pm2 xlink ; b', 'pm2 logs', 'pm2 logs ; pm2 kill'],
    ].map((line): [string, string] => [line, line]),
  ]
  for (const [line, expected] of rows)
    it(`leaves ${expected} of ${line}`, () => expect(left(line)).to.equal(expected))
})
