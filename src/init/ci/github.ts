import type { DeployTarget } from '../../ecosystem/types.js'
import type { PackageManager } from '../types.js'

/** Where GitHub Actions looks for it, from the root of the repository. */
export const WORKFLOW = '.github/workflows/shipit.yml'

export interface WorkflowInput {
  /** The environments of the ecosystem file's `deploy:` block. */
  deploy: Record<string, DeployTarget>
  packageManager: PackageManager
  hasLockfile: boolean
  /** Whether package.json says which Node.js, so that the runner has the same. */
  hasEngines: boolean
}

const INSTALL: Record<PackageManager, string> = {
  npm: 'npm ci',
  yarn: 'yarn install --frozen-lockfile',
  'yarn-berry': 'yarn install --immutable',
  pnpm: 'pnpm install --frozen-lockfile',
}

/**
 * The workflow: a pull request is rehearsed on the runner, a push to the environment's branch is
 * deployed.
 */
export function githubWorkflow(input: WorkflowInput): string {
  const [name, target] = environmentOf(input.deploy)
  const branch = /^[\w./-]+$/.test(target?.ref ?? '')
    ? target!.ref!.replace(/^refs\/heads\//, '')
    : 'main'
  return (
    `# Written by \`shipit init --ci github\`; yours to change.\n` +
    '#\n' +
    '# It needs, under Settings → Secrets and variables → Actions:\n' +
    `#   secret    HEROKU_API_KEY   of \`heroku authorizations:create\`\n` +
    `#   variable  SHIPIT_PACKAGE   what \`npm install --global\` takes for shipit. It is on no ` +
    'registry yet, so this is the address of\n' +
    '#                              its repository (git+https://…#v0.1.0) or of a tarball that ' +
    `\`npm pack\` made of it.\n` +
    `${target?.app ? '' : '#   variable  HEROKU_APP       name of the app to deploy to\n'}name: ` +
    'shipit\n' +
    '\n' +
    'on:\n' +
    '  push:\n' +
    `    branches: [${branch}]\n` +
    '  pull_request:\n' +
    '\n' +
    'permissions:\n' +
    '  contents: read\n' +
    '\n' +
    'jobs:\n' +
    '  review:\n' +
    '    name: Rehearse the deploy\n' +
    "    if: github.event_name == 'pull_request'\n" +
    '    runs-on: ubuntu-latest\n' +
    '    timeout-minutes: 30\n' +
    '    steps:\n' +
    `${prepareSteps(input)}\n` +
    `${configVars(target?.config ?? [], name)}      - run: shipit ` +
    `doctor${name ? ` ${name} --local --app review` : ''}\n` +
    `      - run: shipit deploy${name ? ` ${name}` : ''} --local --app review --ref HEAD --yes\n` +
    '\n' +
    '  deploy:\n' +
    '    name: Deploy\n' +
    "    if: github.event_name == 'push'\n" +
    '    runs-on: ubuntu-latest\n' +
    '    timeout-minutes: 60\n' +
    '    # One after the other, and none cut off: a build on Heroku cannot be cancelled.\n' +
    '    concurrency:\n' +
    `      group: shipit-${name ?? 'deploy'}\n` +
    '      cancel-in-progress: false\n' +
    '    steps:\n' +
    `${prepareSteps(input)}\n` +
    `      - run: shipit deploy${name ? ` ${name}` : ''} --yes --timestamps --lock-wait 10m\n` +
    '        env:\n' +
    `          HEROKU_API_KEY: \${{ secrets.HEROKU_API_KEY }}\n` +
    `${target?.app ? '' : '          HEROKU_APP: ${{ vars.HEROKU_APP }}\n'}`
  )
}

/** production if there is one, else the first; only a name that needs no quotes anywhere. */
function environmentOf(
  deploy: Record<string, DeployTarget>,
): [string | undefined, DeployTarget | undefined] {
  const names = Object.keys(deploy).filter((name) => /^[\w.][\w.-]*$/.test(name))
  const name = names.includes('production') ? 'production' : names[0]
  return [name, name === undefined ? undefined : deploy[name]]
}

/**
 * The steps before shipit's own: the commit, Node.js, shipit, and the app's packages.
 * @param ref what is checked out; GitHub's own choice when absent
 */
export function prepareSteps(
  { packageManager, hasLockfile, hasEngines }: WorkflowInput,
  ref?: string,
): string {
  const tool = packageManager === 'npm' ? 'npm' : packageManager === 'pnpm' ? 'pnpm' : 'yarn'
  return `      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # the platform takes no push of a shallow clone
${ref === undefined ? '' : `          ref: ${ref}\n`}${tool === 'npm' ? '' : '      - run: corepack enable\n'}      - uses: actions/setup-node@v4
        with:
          ${hasEngines ? 'node-version-file: package.json' : 'node-version: 22'}
${hasLockfile ? `          cache: ${tool}\n` : ''}      - name: Install shipit
        run: |
          if [ -z "$SHIPIT_PACKAGE" ]; then
            echo "::error::Set the variable SHIPIT_PACKAGE: the head of this workflow says to what."
            exit 1
          fi
          npm install --global "$SHIPIT_PACKAGE"
        env:
          SHIPIT_PACKAGE: \${{ vars.SHIPIT_PACKAGE }}
      - run: ${hasLockfile ? INSTALL[packageManager] : `${tool} install`}`
}

/**
 * What the environment asks for must be set on the rehearsal's app too; its values are of no one's.
 */
function configVars(names: string[], environment: string | undefined): string {
  if (names.length === 0 || environment === undefined) return ''
  return `      - name: Config vars for the rehearsal (deploy.${environment}.config)
        run: |
          shipit apps create review --local
          shipit config set --local --app review <<'VARS'
${names.map((name) => `          ${name}=review\n`).join('')}          VARS
`
}
