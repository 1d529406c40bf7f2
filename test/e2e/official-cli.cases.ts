/**
 * Invocations of the official CLI that concern an app, each with what it must say: `works`;
 * `absent`, as text that the CLI may break into lines, if the embedded Heroku does not have it, or
 * the CLI refuses by itself; `elsewhere` if the CLI asks another host, which no variable of it
 * moves. APP stands for the app's name. Rows of a group run one after the other, groups side by
 * side.
 */
export interface Row {
  run: string
  works?: RegExp
  absent?: string
  elsewhere?: string
  /** What it reads on its standard input; nothing if absent. */
  input?: string
  /** A server, or that a program stands for the browser: without it the row is skipped. */
  needs?: 'redis' | 'BROWSER'
  /** Absent, and yet the CLI's exit status is 0: it takes an empty list for an answer. */
  isQuiet?: true
  /**
   * Run by `npm test` too; a row that needs another's work has that one in the sample before it.
   */
  isSample?: true
}

const NO_TLS = 'has no TLS certificates'
const NO_OTHERS = 'has no other accounts'
const NO_NETWORK = 'has no networks of spaces'

/** Of an add-on. */
const PAGE = /http:\/\/127\.0\.0\.1:\d+\/shipit\/addons\/[\w-]+\/page\/[0-9a-f]{64}/

export const GROUPS: Record<string, Row[]> = {
  addons: [
    { run: 'addons -a APP', works: /No add-ons/i },
    { run: 'pg:info -a APP', absent: 'APP has no heroku-postgresql databases', isQuiet: true },
    { run: 'pg:psql -a APP', absent: 'APP has no databases' },
    { run: 'addons:info something', absent: "Couldn't find that add on" },
    { run: 'addons:services', works: /(?=[^]*heroku-postgresql)[^]*heroku-redis/ },
    { run: 'addons:plans heroku-redis', works: /heroku-redis:mini/ },
    { run: 'apps:create with-addons --no-remote', works: /done/, isSample: true },
    {
      run: 'addons:create nothing:here -a with-addons',
      absent: "Couldn't find either the add-on service or the add-on plan",
    },
    {
      run: 'addons:create heroku-postgresql:essential-0 -a with-addons --name base --wait',
      works: /max \$5\/month[^]*Created.*base as.*DATABASE_URL/,
      isSample: true,
    },
    { run: 'addons -a with-addons', works: /heroku-postgresql \(base\)[^]*as DATABASE/ },
    { run: 'addons', works: /base +heroku-postgresql:essential-0/ },
    { run: 'addons:info base', works: /heroku-postgresql:essential-0[^]*with-addons::DATABASE/ },
    { run: 'addons:wait base', works: /^\s*$/ },
    { run: 'pg:info -a with-addons', works: /DATABASE_URL[^]*Status: +Available/, isSample: true },
    { run: 'pg:wait -a with-addons', works: /^\s*$/ },
    { run: 'pg:psql -a with-addons -c VALUES(7)', works: /\b7\b/ },
    { run: 'pg:credentials -a with-addons', works: /default/ },
    { run: 'addons:attach base -a with-addons --as SECOND', works: /SECOND[^]*done, v\d+/ },
    { run: 'addons:detach SECOND -a with-addons', works: /Unsetting.*SECOND[^]*done, v\d+/ },
    { run: 'addons:upgrade base standard-0 -a with-addons', works: /done.*max \$50\/month/ },
    {
      run: 'addons:rename base main-base',
      works: /successfully renamed to.*main-base/,
      isSample: true,
    },
    { run: 'pg:reset -a with-addons --confirm with-addons', works: /Resetting.*done/ },
    {
      run: 'addons:create scheduler:standard -a with-addons --name jobs --wait',
      works: /free[^]*Created.*jobs/,
    },
    { run: 'addons:open jobs -a with-addons --show-url', works: PAGE },
    {
      run: 'addons:open SCHEDULER -a with-addons',
      works: new RegExp(`Opening.*${PAGE.source}`),
      needs: 'BROWSER',
    },
    { run: 'redis:cli -a with-addons', absent: 'No Redis instances found' },
    {
      run: 'addons:create heroku-redis:mini -a with-addons --name cache --wait',
      works: /max \$3\/month[^]*Created.*cache as.*REDIS_URL/,
      needs: 'redis',
    },
    {
      run: 'redis:info -a with-addons',
      works: /cache \(REDIS_URL, REDIS_TLS_URL\)[^]*Status: +available/,
      needs: 'redis',
    },
    {
      run: 'redis:cli -a with-addons',
      input: 'PING\n',
      works: /Connecting to cache \(REDIS_URL[^]*PONG[^]*Disconnected from instance/,
      needs: 'redis',
    },
    { run: 'releases -a with-addons', works: /Attach DATABASE \(@ref:base\)/ },
    {
      run: 'addons:destroy main-base -a with-addons --confirm with-addons',
      works: /Destroying.*done/,
      isSample: true,
    },
  ],
  pipelines: [
    { run: 'pipelines', works: /My Pipelines/ },
    { run: 'pipelines:promote -a APP', absent: "Couldn't find that pipeline coupling" },
    { run: 'pipelines:diff -a APP', absent: 'does not seem to be a part of any pipeline' },
    { run: 'pipelines:info none', absent: 'Pipeline not found' },
    {
      run: 'pipelines:create line -a APP -s staging',
      works:
        /Creating line pipeline\.\.\. done[^]*Adding.*APP to.*line pipeline as staging\.\.\. done/,
      isSample: true,
    },
    { run: 'pipelines:create line -a APP -s staging', absent: 'Name line is already taken' },
    { run: 'pipelines --json', works: /"name": "line"/ },
    { run: 'apps:create line-production --no-remote', works: /done/, isSample: true },
    { run: 'pipelines:promote -a APP', absent: 'no downstream apps in production stage' },
    {
      run: 'pipelines:add line -a line-production -s staging',
      works: /Adding.*line-production to.*line pipeline as staging\.\.\. done/,
      isSample: true,
    },
    {
      run: 'pipelines:add line -a line-production -s staging',
      absent: 'App is already in a pipeline',
    },
    {
      run: 'pipelines:update -a line-production -s production',
      works: /Changing.*line-production to production\.\.\. done/,
      isSample: true,
    },
    { run: 'pipelines:info line', works: /APP +staging[^]*line-production +production/ },
    { run: 'pipelines:info line --json', works: /"stage": "production"/ },
    {
      run: 'pipelines:promote -a line-production --to APP',
      absent: 'App line-production has no release to promote',
    },
    {
      run: 'pipelines:promote -a APP',
      works: /Promotion successful[^]*line-production: +succeeded/,
      isSample: true,
    },
    { run: 'releases -a line-production', works: /Promote APP v\d+ [0-9a-f]{8}/, isSample: true },
    { run: 'ps -a line-production', works: /web\.1: (starting|up)/ },
    { run: 'pipelines:promote -a APP --to line-production', works: /Promotion successful/ },
    { run: 'pipelines:promote -a APP --to stranger', absent: 'Cannot find app' },
    { run: 'pipelines:promote -a APP --to APP', absent: 'Cannot promote from an app to itself' },
    {
      run: 'pipelines:promote -a line-production',
      absent: "Cannot promote line-production from 'production' stage",
    },
    { run: 'pipelines:diff -a APP', absent: 'does not seem to be connected to GitHub' },
    { run: 'pipelines:connect line -r acme/line', absent: 'Account not connected to GitHub' },
    { run: 'apps:create line-team --team acme --no-remote', works: /done/ },
    {
      run: 'pipelines:add line -a line-team -s production',
      absent: 'must have the same owner as the pipeline owner',
    },
    { run: 'pipelines:rename line queue', works: /Renaming.*line pipeline to queue\.\.\. done/ },
    { run: 'pipelines:transfer acme -p queue --confirm line', works: /Confirmation did not match/ },
    {
      run: 'pipelines:transfer acme -p queue --confirm queue',
      works: /Transferring.*queue pipeline to the acme team\.\.\. done/,
    },
    { run: 'pipelines:transfer nobody -p queue --confirm queue', absent: 'Cannot find a team or' },
    { run: 'pipelines:add queue -a line-team -s production', works: /done/ },
    {
      run: 'pipelines:remove -a line-production',
      works: /Removing.*line-production\.\.\. done/,
    },
    { run: 'pipelines:info queue', works: /APP +staging[^]*line-team +production/ },
    { run: 'pipelines:destroy queue', works: /Destroying.*queue pipeline\.\.\. done/ },
    { run: 'pipelines:remove -a APP', absent: "Couldn't find that pipeline coupling" },
  ],
  apps: [
    { run: 'apps', works: /APP/ },
    { run: 'apps --json', works: /"name": "APP"/ },
    { run: 'apps:info -a APP', works: /Web URL/ },
    { run: 'apps:info -a APP --json', works: /"name": "APP"/ },
    { run: 'apps:info -a APP --shell', works: /git_url=/ },
    { run: 'apps:create other-app --no-remote', works: /Creating other-app\.\.\. done/ },
    { run: 'apps:create eu-app --region eu --no-remote', works: /region is .*eu/ },
    {
      run: 'apps:create pack-app --buildpack heroku/nodejs --no-remote',
      works: /Setting buildpack to heroku\/nodejs\.\.\. done/,
    },
    { run: 'apps:create team-app --team acme --no-remote', works: /Creating team-app\.\.\. done/ },
    {
      run: 'apps:create space-app --space acme-space --team acme --no-remote',
      works: /Creating space-app in space acme-space\.\.\. done/,
    },
    { run: 'apps:create stack-app --stack heroku-24 --no-remote', works: /stack is heroku-24/ },
    {
      run: 'apps:create moon-app --region moon --no-remote',
      absent: 'Region moon is not one of',
    },
    { run: 'apps --team acme', works: /team-app/ },
    { run: 'apps --space acme-space', works: /space-app/ },
    {
      run: 'apps:rename renamed-app -a other-app',
      works: /Renaming other-app to renamed-app\.\.\. done/,
    },
    { run: 'apps:stacks -a APP', works: /heroku-24/ },
    { run: 'apps:stacks:set heroku-24 -a APP', works: /heroku-24/ },
    { run: 'apps:errors -a APP', elsewhere: 'api.metrics.herokai.com' },
    { run: 'apps:favorites', elsewhere: 'particleboard.heroku.com' },
    { run: 'apps:lock -a team-app', absent: "no locks on teams' apps" },
    { run: 'apps:transfer someone@example.com -a renamed-app', absent: NO_OTHERS },
    { run: 'apps:leave -a team-app', absent: NO_OTHERS },
    { run: 'apps:destroy -a renamed-app --confirm renamed-app', works: /done/ },
    { run: 'apps:info -a no-such-app', absent: "Couldn't find that app" },
  ],
  config: [
    { run: 'config -a APP', works: /Config Vars/ },
    { run: 'config:set COLOUR=green -a APP', works: /COLOUR/, isSample: true },
    { run: 'config:get COLOUR -a APP', works: /green/ },
    { run: 'config -a APP --json', works: /"COLOUR": "green"/ },
    { run: 'config -a APP --shell', works: /COLOUR=green/ },
    { run: 'config:unset COLOUR -a APP', works: /COLOUR/ },
    { run: 'features -a APP', works: /preboot/ },
    { run: 'features:info preboot -a APP', works: /Enabled/i },
    { run: 'features:enable http-routing-2-dot-0 -a APP', absent: 'is already enabled' },
    { run: 'labs -a APP', works: /http-disable-keepalive-to-dyno/ },
    {
      run: 'labs:info http-disable-keepalive-to-dyno -a APP',
      works: /http-disable-keepalive-to-dyno/,
    },
    { run: 'labs:enable http-disable-keepalive-to-dyno -a APP', works: /done/ },
    { run: 'labs:disable http-disable-keepalive-to-dyno -a APP', works: /done/ },
    { run: 'labs:enable runtime-dyno-metadata -a APP', works: /done/ },
    { run: 'maintenance -a APP', works: /off/ },
    { run: 'maintenance:on -a APP', works: /done/ },
    { run: 'maintenance:off -a APP', works: /done/ },
    { run: 'buildpacks -a APP', works: /Classic Buildpack[\s\S]*heroku\/nodejs/ },
    {
      run: 'buildpacks:add heroku/python -a APP',
      absent: 'has no buildpack heroku/python yet',
    },
    {
      run: 'buildpacks:remove heroku/nodejs -a APP',
      works: /Buildpack removed\. Next release on APP will detect/,
    },
    {
      run: 'buildpacks:set heroku/nodejs -a APP',
      works: /Buildpack set\. Next release on APP will use heroku\/nodejs/,
    },
    { run: 'buildpacks:search nodejs', works: /heroku\/nodejs[\s\S]*1 buildpack found/ },
    {
      run: 'buildpacks:clear -a APP',
      works: /Buildpacks cleared\. Next release on APP will detect/,
    },
  ],
  dynos: [
    { run: 'ps -a APP', works: /web\.1/ },
    { run: 'ps -a APP --json', works: /"web\.1"/ },
    { run: 'ps:scale -a APP', works: /web=1/ },
    { run: 'ps:scale web=2 -a APP', works: /web at 2/ },
    {
      run: 'ps:wait -a APP',
      works: /^\s*(Waiting for every dyno to be running[\s\S]*)?$/,
      isSample: true,
    },
    { run: 'ps:type -a APP', works: /Standard-1X/ },
    { run: 'ps:type web=standard-2x -a APP', works: /Standard-2X/ },
    { run: 'ps:scale web=1:standard-1x -a APP', works: /web at 1/ },
    { run: 'ps:restart -a APP', works: /done/ },
    { run: 'ps:stop run.1 -a APP', absent: "Couldn't find that dyno" },
    { run: 'ps:scale nothing=1 -a APP', absent: "Couldn't find that process type (nothing)" },
    { run: 'ps:scale web=1:private-m -a APP', absent: 'not available for this app' },
    {
      run: 'ps:autoscale:enable -a APP --min 1 --max 2',
      absent: 'Autoscaling is only available with Performance or Private dynos',
    },
    { run: 'run -a APP -- node -v', works: /v\d+\./ },
    { run: 'run:detached -a APP -- node -v', works: /run\.\d+/ },
    { run: 'logs -a APP -n 5', works: /\[.*\]:/ },
    { run: 'logs -a APP --source app --dyno-name web.1', works: /./ },
  ],
  releases: [
    { run: 'releases -a APP', works: /v\d+/ },
    { run: 'releases -a APP --json', works: /"version"/ },
    { run: 'releases:info -a APP', works: /=== Release v\d+/ },
    { run: 'releases:info v3 -a APP', works: /=== Release v3/ },
    { run: 'releases:output v3 -a APP', absent: 'v3 has no release output', isQuiet: true },
    { run: 'releases:rollback v3 -a APP', works: /Rolling back APP to v3\.\.\. done, v\d+/ },
    {
      run: 'releases:retry -a APP',
      absent: 'App must have a release-phase command to use this command',
    },
    { run: 'builds -a APP', absent: 'builds is not a heroku command' },
    { run: 'reviewapps:enable -p none', absent: "Couldn't find" },
    { run: 'domains -a APP', works: /APP\.localhost/ },
    {
      run: 'domains:add www.example.com -a APP',
      works: /Configure your app's DNS provider to point to the DNS Target APP\.localhost/,
      isSample: true,
    },
    { run: 'domains:info www.example.com -a APP', works: /www\.example\.com/ },
    {
      run: 'domains:wait www.example.com -a APP',
      works: /Waiting for www\.example\.com\.\.\. done/,
    },
    {
      run: 'domains:remove www.example.com -a APP',
      works: /Removing www\.example\.com from APP\.\.\. done/,
    },
    { run: 'domains:clear -a APP', works: /Removing all domains from APP\.\.\. done/ },
    { run: 'certs -a APP', works: /no SSL certificates/i },
    { run: 'certs:auto -a APP', works: /disabled on APP/ },
    { run: 'certs:auto:enable -a APP', absent: NO_TLS },
    {
      run: 'git:remote -a APP',
      works: /set git remote heroku to https?:\/\/127\.0\.0\.1:\d+\/git\/APP\.git/,
    },
  ],
  around: [
    { run: 'access -a APP', works: /you@shipit\.localhost/ },
    { run: 'access:add someone@example.com -a APP', absent: NO_OTHERS },
    { run: 'access:remove someone@example.com -a APP', absent: NO_OTHERS },
    { run: 'drains -a APP', works: /^\s*$/ },
    {
      run: 'drains:add https://127.0.0.1:9/logs -a APP',
      works: /Successfully added drain https:\/\/127\.0\.0\.1:9\/logs/,
      isSample: true,
    },
    { run: 'drains -a APP --json', works: /127\.0\.0\.1:9/ },
    {
      run: 'drains:remove https://127.0.0.1:9/logs -a APP',
      works: /Successfully removed drain https:\/\/127\.0\.0\.1:9\/logs/,
    },
    { run: 'webhooks -a APP', works: /no webhooks/i },
    {
      run: 'webhooks:add -i api:dyno -l notify -u http://127.0.0.1:9/hook -a APP',
      works: /Adding webhook to APP\.\.\. done/,
      isSample: true,
    },
    { run: 'webhooks -a APP', works: /127\.0\.0\.1:9/ },
    { run: 'webhooks:deliveries -a APP', works: /no deliveries/i },
    { run: 'webhooks:events -a APP', works: /no events|deprecated/i },
    { run: 'telemetry -a APP', works: /There are no telemetry drains in APP/ },
    {
      run: 'telemetry:add https://127.0.0.1:9 -a APP',
      absent: 'The embedded Heroku has no telemetry drains yet',
    },
    { run: 'container:push web -a APP', absent: 'This command is for Docker apps only' },
  ],
  account: [
    { run: 'auth:whoami', works: /you@shipit\.localhost/ },
    { run: 'auth:token', works: /^[0-9a-f]{64}$/m },
    { run: 'authorizations', works: /No OAuth authorizations/ },
    { run: 'authorizations:create -d script', works: /HRKU-/, isSample: true },
    { run: 'authorizations', works: /script/ },
    { run: 'authorizations:info NOTHING', absent: "Couldn't find that authorization" },
    { run: 'sessions', works: /No OAuth sessions/i },
    { run: 'clients', works: /No OAuth clients/i },
    { run: 'clients:create mine https://example.com', absent: 'has no OAuth clients yet' },
    { run: 'keys', works: /no SSH keys/i },
    { run: 'regions', works: /Europe|Dublin/ },
    { run: 'regions --json', works: /"name": "eu"/ },
    { run: 'teams', works: /acme +admin/ },
    { run: 'orgs', works: /acme +admin/ },
    { run: 'spaces', works: /acme-space +acme +virginia/ },
    { run: 'spaces:info acme-space', works: /acme-space/ },
    { run: 'spaces:create acme-new --team acme', works: /acme-new/ },
    { run: 'spaces:vpn:connections -s acme-space', absent: NO_NETWORK },
    { run: 'ci -p none', absent: 'Pipeline not found' },
    { run: 'features:info nothing -a APP', absent: "Couldn't find that app feature" },
    { run: 'notifications', elsewhere: 'telex.heroku.com' },
    { run: 'members -t acme', absent: 'has no members of teams yet' },
  ],
}
