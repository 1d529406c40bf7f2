import { expect } from 'chai'
import { checkedAppJson } from '../../src/app-json/index.js'
import { planAppJson } from '../../src/init/plan/app-json.js'
import type { Draft } from '../../src/init/plan/draft.js'
import type { Facts } from '../../src/init/plan/facts.js'
import { applyPlan, prepareInit } from '../../src/init/index.js'
import type { Detected, FileStep } from '../../src/init/types.js'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { options, packRuntime, plainEcosystem, realFolder, removeFolders } from './real-folder.js'

const planned = (dependencies: string[], facts: Partial<Facts> = {}) => {
  const draft: Draft = { steps: [], decisions: [], warnings: [] }
  planAppJson(draft, { dependencies } as Detected, facts as Facts)
  const [step] = draft.steps as FileStep[]
  const written = step && (JSON.parse(step.after!) as Record<string, unknown>)
  // It is one that deploys take.
  if (step) expect(checkedAppJson(step.after!).warnings).to.deep.equal([])
  return { written, why: step?.why, warnings: draft.warnings }
}

describe('the app.json that init writes', () => {
  after(removeFolders)

  it('has one dyno of each process type, and the buildpack', () => {
    expect(planned([]).written).to.deep.equal({
      formation: { web: { quantity: 1 } },
      buildpacks: [{ url: 'heroku/nodejs' }],
    })
    const { written } = planned([], {
      procfile: 'web: npm start\nrelease: node migrate.js\nworker: node worker.js\n',
    })
    expect(written!['formation']).to.deep.equal({ web: { quantity: 1 }, worker: { quantity: 1 } })
  })

  it('has the add-ons of packages that are used', () => {
    const addons = (...args: Parameters<typeof planned>) => planned(...args).written!['addons']
    const [postgres, redis] = ['heroku-postgresql:essential-0', 'heroku-redis:mini']
    expect(addons(['sequelize', 'pg', 'ioredis'])).to.deep.equal([postgres, redis])
    expect(addons(['sequelize', 'mysql2'])).to.equal(undefined)
    expect(addons(['bullmq'])).to.deep.equal([redis])
    const schema = (provider: string) => ({
      prismaSchema: `datasource db {\n  provider = "${provider}"\n}\n`,
    })
    expect(addons(['@prisma/client'], schema('postgresql'))).to.deep.equal([postgres])
    expect(addons(['@prisma/client'], schema('sqlite'))).to.equal(undefined)
    expect(addons([], schema('postgresql'))).to.equal(undefined)
    expect(planned(['pg']).why).to.include(`${postgres}: the app uses pg`)
  })

  it('has the names of .env.example and none of its values', () => {
    const text =
      'PORT=3000\nNODE_ENV=production\nDATABASE_URL=postgres://u:p@localhost/d\n' +
      'SESSION_SECRET=changeme\nMAILER_KEY=mk-1\nREDIS_URL=redis://localhost\n'
    const { written } = planned(['pg'], { envExample: { file: '.env.example', text } })
    expect(written!['env']).to.deep.equal({
      SESSION_SECRET: {
        description: 'Of .env.example; made up for each app.',
        generator: 'secret',
      },
      MAILER_KEY: { description: 'Of .env.example.', required: true },
      REDIS_URL: { description: 'Of .env.example.', required: true },
    })
    expect(JSON.stringify(written)).not.to.match(/changeme|mk-1|localhost/)
  })

  it('is not written over one that is there', () => {
    const { written, warnings } = planned(['pg'], { appJson: '{"expo": {}}' })
    expect(written).to.equal(undefined)
    expect(warnings).to.deep.equal(['app.json is there and is left as it is.'])
  })

  it('is written where it is asked for', async () => {
    const parts = { ecosystem: plainEcosystem, runtime: packRuntime('1.0.0') }
    const dir = realFolder({
      'package.json': { name: 'a', version: '1.0.0', dependencies: { ioredis: '5.0.0' } },
      'server.js': '',
      '.env.sample': 'TOKEN=\n',
    })
    const without = await prepareInit(dir, options(), parts)
    expect(without.plan.steps.map(({ file }) => file)).not.to.include('app.json')
    const { plan } = await prepareInit(dir, options({ appJson: true }), parts)
    await applyPlan({ ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'run') })
    expect(JSON.parse(readFileSync(path.join(dir, 'app.json'), 'utf8'))).to.deep.include({
      addons: ['heroku-redis:mini'],
      env: { TOKEN: { description: 'Of .env.sample.', required: true } },
    })
  })
})
