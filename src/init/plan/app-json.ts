import { parse } from 'dotenv'
import { looksSecret } from '../../config/secret.js'
import { readProcfile } from '../../project/procfile.js'
import type { Detected } from '../types.js'
import { fileStep, type Draft } from './draft.js'
import type { Facts } from './facts.js'

const FILE = 'app.json'

/** Packages that speak to a server, the add-on that is one, and the config var it brings. */
const SERVICES = [
  {
    packages: ['pg', 'postgres', 'pg-promise', 'pg-native'],
    plan: 'heroku-postgresql:essential-0',
    configVar: 'DATABASE_URL',
  },
  {
    packages: ['ioredis', 'redis', '@redis/client', 'bull', 'bullmq', 'connect-redis'],
    plan: 'heroku-redis:mini',
    configVar: 'REDIS_URL',
  },
] as const
const PRISMA = ['@prisma/client', 'prisma']

/** What each dyno, or the platform's build, gives an app by itself. */
const GIVEN = ['PORT', 'DYNO', 'NODE_ENV']
/** A secret of the app's own, which any value will do for. */
const MADE_UP =
  /(?:SESSION|COOKIE|JWT|APP|SIGNING|CSRF)_?(?:SECRET|KEY)|^SECRET(?:_KEY(?:_BASE)?)?$/

/** app.json from what the app uses, reads and runs; one that is there is its owner's. */
export function planAppJson(
  { steps, warnings }: Draft,
  { dependencies }: Detected,
  { appJson, envExample, prismaSchema, procfile }: Facts,
): void {
  if (appJson !== undefined) {
    warnings.push(`${FILE} is there and is left as it is.`)
    return
  }
  const uses = (names: readonly string[]) => names.find((name) => dependencies.includes(name))
  const isPrismaOnPostgres =
    uses(PRISMA) !== undefined && /provider\s*=\s*"postgres(?:ql)?"/.test(prismaSchema ?? '')
  const found = SERVICES.flatMap((service) => {
    const used =
      uses(service.packages) ??
      (isPrismaOnPostgres && service.configVar === 'DATABASE_URL' ? 'Prisma' : undefined)
    return used === undefined ? [] : [{ ...service, used }]
  })
  const env = Object.fromEntries(
    Object.keys(envExample ? parse(envExample.text) : {})
      .filter((name) => !GIVEN.includes(name))
      .filter((name) => !found.some(({ configVar }) => configVar === name))
      .map((name) => [name, variable(name, envExample!.file)]),
  )
  const types = ['web', ...readProcfile(procfile ?? '').map(({ type }) => type)]
  const formation = Object.fromEntries(
    [...new Set(types)].filter((type) => type !== 'release').map((type) => [type, { quantity: 1 }]),
  )
  const written = {
    ...(Object.keys(env).length > 0 ? { env } : {}),
    formation,
    ...(found.length > 0 ? { addons: found.map(({ plan }) => plan) } : {}),
    buildpacks: [{ url: 'heroku/nodejs' }],
  }
  steps.push({
    ...fileStep(FILE, undefined, `${JSON.stringify(written, null, 2)}\n`),
    why: [
      'what the app needs beside its code, for `deploy --create` and `review up`',
      ...found.map(({ plan, used }) => `${plan}: the app uses ${used}`),
      ...(Object.keys(env).length > 0 ? [`config vars: the names in ${envExample!.file}`] : []),
    ].join('\n'),
  })
}

/** Never its value: an example's is no one's, and a real one is not to be in a commit. */
const variable = (name: string, file: string) =>
  MADE_UP.test(name) && looksSecret(name)
    ? { description: `Of ${file}; made up for each app.`, generator: 'secret' }
    : { description: `Of ${file}.`, required: true }
