import { expect } from 'chai'
import { asOurs, pointerFor } from '../../src/ui/elsewhere.js'
import { unknownCommand } from '../../src/ui/command-line-errors.js'
import { COMMAND_IDS, commandOf, parsed } from '../support/command-line.js'

const isOurs = (id: string) => COMMAND_IDS.includes(id)
const split = (line: string) => line.split(' ').slice(1)

/** What users of other tools type, and what runs. */
const RUNS: Record<string, string> = {
  // The Heroku CLI.
  'heroku ps:scale web=2': 'scale web=2',
  'heroku ps:scale web=2:standard-2x worker=1 -a shop': 'scale web=2:standard-2x worker=1 -a shop',
  'heroku ps:restart web.1': 'restart web.1',
  'heroku ps:stop web': 'stop web',
  'heroku ps:kill web.1': 'stop web.1',
  'heroku dyno:restart': 'restart',
  'heroku ps -a shop': 'ps -a shop',
  'heroku config:set A=b C=d': 'config:set A=b C=d',
  'heroku config:get A': 'config:get A',
  'heroku config:unset A': 'config:unset A',
  'heroku config': 'config',
  'heroku config -s': 'config -s',
  'heroku releases -n 5': 'releases -n 5',
  'heroku releases:rollback v12': 'rollback v12',
  'heroku rollback v12': 'rollback v12',
  'heroku run:detached -- node job.js': 'run --detached -- node job.js',
  'heroku run -- node -v': 'run -- node -v',
  'heroku logs --tail': 'logs --tail',
  'heroku logs -t -n 200': 'logs -t -n 200',
  'heroku logs:tail': 'logs --tail',
  'heroku logs --source app --dyno web.1': 'logs --source app --dyno web.1',
  'heroku create shop': 'apps create shop',
  'heroku apps:create shop': 'apps:create shop',
  'heroku apps:destroy -a shop --confirm shop': 'destroy -a shop --confirm shop',
  'heroku apps:open': 'open',
  'heroku open': 'open',
  'heroku apps': 'apps',
  'heroku info -a shop': 'apps info -a shop',
  'heroku apps:info shop': 'apps:info shop',
  'heroku releases:info v12': 'releases:info v12',
  'heroku domains': 'domains',
  'heroku addons': 'addons',
  'heroku addons:create heroku-redis': 'addons:create heroku-redis',
  'heroku addons:add heroku-redis': 'addons create heroku-redis',
  'heroku psql': 'psql',
  'heroku domains:add www.example.com': 'domains:add www.example.com',
  'heroku domains:remove www.example.com': 'domains:remove www.example.com',
  'heroku maintenance': 'maintenance',
  'heroku maintenance:on -a shop': 'maintenance on -a shop',
  'heroku maintenance:off': 'maintenance off',
  'heroku features': 'features',
  'heroku features:info preboot': 'features preboot',
  'heroku features:enable preboot': 'features:enable preboot',
  'heroku features:disable preboot': 'features:disable preboot',
  'heroku auth:login': 'login',
  'heroku auth:whoami': 'whoami',
  'heroku auth:logout': 'logout',
  'heroku login -i': 'login -i',
  'heroku autocomplete': 'autocomplete',
  // PM2.
  'pm2 list': 'list',
  'pm2 ls': 'ls',
  'pm2 status': 'status',
  'pm2 jlist': 'ps --json',
  'pm2 prettylist': 'ps --json',
  'pm2 monit': 'monit',
  'pm2 dash': 'monit',
  'pm2 imonit': 'monit',
  'pm2 plus': 'dashboard',
  'pm2 describe web.1': 'describe web.1',
  'pm2 desc web.1': 'show web.1',
  'pm2 show web.1': 'show web.1',
  'pm2 logs --lines 100': 'logs --lines 100',
  'pm2 reload web': 'reload web',
  'pm2 gracefulReload web': 'reload web',
  'pm2 restart web': 'restart web',
  'pm2 stop web': 'stop web',
  'pm2 start web': 'start web',
  'pm2 delete shop': 'delete shop',
  'pm2 init': 'init',
  'pm2 ecosystem': 'init',
  'pm2 unlink': 'keys unset PM2_PUBLIC_KEY PM2_SECRET_KEY',
  'pm2 completion': 'autocomplete',
  // flyctl.
  'fly launch': 'init',
  'fly deploy': 'deploy',
  'fly status': 'status',
  'fly logs': 'logs',
  'fly open': 'open',
  'fly apps list': 'apps',
  'fly apps create shop': 'apps create shop',
  'fly apps destroy shop': 'destroy shop',
  'fly apps open': 'open',
  'fly auth login': 'login',
  'fly auth whoami': 'whoami',
  'fly releases': 'releases',
  'fly secrets list': 'config',
  'fly secrets set A=b': 'config set A=b',
  'fly secrets unset A': 'config unset A',
  'fly ssh console': 'run bash',
  'fly console': 'run bash',
  'fly doctor': 'doctor',
  // Kamal.
  'kamal deploy': 'deploy',
  'kamal redeploy': 'deploy',
  'kamal rollback v3': 'rollback v3',
  'kamal app logs': 'logs',
  'kamal app details': 'ps',
  'kamal app boot': 'restart',
  'kamal app stop': 'stop',
  'kamal details': 'ps',
  'kamal audit': 'releases',
  'kamal env push': 'config push',
  // Wrangler.
  'wrangler publish': 'deploy',
  'wrangler tail': 'logs --tail',
  'wrangler secret put A=b': 'config set A=b',
  'wrangler secret list': 'config',
  'wrangler deployments list': 'releases',
  'wrangler versions list': 'releases',
  'wrangler whoami': 'whoami',
}

/** What has no command here, and what is named instead. */
const POINTERS: Record<string, string> = {
  'heroku pg:psql': 'heroku pg:psql',
  'heroku pg': 'heroku pg',
  'heroku pipelines:diff': 'heroku pipelines:diff',
  'heroku addons:plans heroku-postgresql': 'heroku addons:plans',
  'heroku certs:auto': 'heroku certs:auto',
  'heroku ci': 'heroku ci',
  'heroku domains:wait www.example.com': 'heroku domains:wait',
  'heroku apps:rename shop2': 'heroku apps:rename',
  'heroku ps:exec': 'shipit run bash',
  'heroku ps:type web=standard-1x': 'shipit scale web=1:standard-1x',
  'heroku config:edit': 'shipit config pull',
  'heroku local:run node job.js': 'shipit run --local',
  'heroku auth:token': 'shipit whoami',
  'pm2 save': 'shipit deploy',
  'pm2 startup': 'shipit ps',
  'pm2 resurrect': 'shipit ps',
  'pm2 flush': 'shipit logs',
  'pm2 kill': 'shipit stop',
  'pm2 link a b': 'shipit keys set',
  'pm2 startOrReload ecosystem.config.js': 'shipit deploy',
  'pm2 serve dist': 'shipit init',
  'pm2 trigger shop act': 'shipit keys set',
  'fly ssh': 'shipit run bash',
  'fly machine list': 'shipit ps',
  'kamal setup': 'shipit deploy --create',
  'kamal lock status': 'shipit deploy --lock-wait 10m',
  'kamal proxy reboot': 'shipit ps',
  'wrangler secret': 'shipit config',
  'wrangler pages deploy': 'shipit init',
  'shipit web': 'shipit ps web',
  'shipit set A=b': 'shipit config set',
}

describe('what users of other tools type', () => {
  for (const [line, ours] of Object.entries(RUNS))
    it(`\`${line}\` runs \`shipit ${ours}\``, async () => {
      const words = asOurs(split(line), isOurs)
      expect(words.join(' ')).to.equal(ours)
      await parsed(words)
    })

  for (const [line, next] of Object.entries(POINTERS))
    it(`\`${line}\` is answered with \`${next}\``, async () => {
      const typed = split(line)
      const words = asOurs(typed, isOurs)
      expect(words).to.deep.equal(typed)
      const known = COMMAND_IDS.map((id) => ({ id, takesArguments: true }))
      const error = unknownCommand(words.join(':'), known, 'shipit')
      expect(error.next).to.equal(next)
      if (next.startsWith('shipit ')) expect(commandOf(split(next))).not.to.equal(undefined)
    })

  it('are pointed to the Heroku CLI beside the embedded Heroku too', () => {
    expect(unknownCommand('pg:psql', [], 'shipit', true).next).to.equal(
      'eval "$(shipit local env)" && heroku pg:psql',
    )
  })

  it('repeats nothing of what may be a secret', () => {
    expect(JSON.stringify(unknownCommand('addons:A=s3cr3t', [], 'shipit'))).not.to.include('s3cr3t')
    expect(JSON.stringify(unknownCommand('set:A=s3cr3t', [], 'shipit'))).not.to.include('s3cr3t')
  })

  it('leaves a command of ours as it is, whatever follows', () => {
    for (const line of ['ps restart', 'run detached', 'logs tail', 'config set A=b', 'scale show'])
      expect(asOurs(line.split(' '), isOurs).join(' ')).to.equal(line)
    expect(asOurs([], isOurs)).to.deep.equal([])
    expect(asOurs(['--help'], isOurs)).to.deep.equal(['--help'])
    expect(pointerFor('constructor')).to.equal(undefined)
  })
})
