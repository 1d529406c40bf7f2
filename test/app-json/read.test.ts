import { expect } from 'chai'
import { checkedAppJson, readAppJson } from '../../src/app-json/index.js'
import { refusal } from '../support/failures.js'

const problemsOf = (text: string) =>
  readAppJson(text).problems.map(
    ({ severity, path, line, column, message, suggestion }) =>
      `${severity} ${line}:${column} ${[path, message, suggestion].filter(Boolean).join('; ')}`,
  )

/** The example of Heroku's own description of the format, and what else that names. */
const DOCUMENTED = {
  name: 'Small Sharp Tool',
  description: 'Does one little thing.',
  keywords: ['productivity'],
  website: 'https://example.com/',
  repository: 'https://example.com/repository',
  logo: 'https://example.com/logo.svg',
  success_url: '/welcome',
  image: 'heroku/nodejs',
  stack: 'heroku-24',
  scripts: { postdeploy: { command: 'node seed.js', size: 'standard-2x' }, test: 'npm test' },
  env: {
    SECRET_TOKEN: { description: 'Signs cookies.', generator: 'secret' },
    WEB_CONCURRENCY: { description: 'Processes.', value: '5' },
    LEVEL: 'info',
    MAIL: { required: false },
  },
  formation: { web: { quantity: 1, size: 'standard-1x' }, worker: { quantity: 2 } },
  addons: [
    'openredis',
    { plan: 'mongolab:shared-single-small', as: 'MONGO' },
    { plan: 'heroku-postgresql', options: { version: '16', fork: true } },
  ],
  buildpacks: [{ url: 'heroku/nodejs' }],
  features: ['preboot'],
  environments: {
    test: { scripts: { test: 'npm test' } },
    review: {
      env: { LEVEL: 'debug', MAIL: { value: 'off' } },
      addons: ['heroku-postgresql:essential-0'],
      formation: { web: { quantity: 1, size: 'basic' } },
      scripts: { 'pr-predestroy': 'node bye.js' },
    },
  },
}

describe('app.json', () => {
  const { appJson, warnings } = checkedAppJson(JSON.stringify(DOCUMENTED))

  it('is read as Heroku describes it', () => {
    expect(warnings).to.deep.equal([])
    expect(appJson).to.deep.equal({
      stack: 'heroku-24',
      buildpacks: ['heroku/nodejs'],
      features: ['preboot'],
      env: [
        {
          name: 'SECRET_TOKEN',
          description: 'Signs cookies.',
          value: undefined,
          isGenerated: true,
          isRequired: true,
        },
        {
          name: 'WEB_CONCURRENCY',
          description: 'Processes.',
          value: '5',
          isGenerated: false,
          isRequired: true,
        },
        { name: 'LEVEL', value: 'info', isGenerated: false, isRequired: true },
        {
          name: 'MAIL',
          description: undefined,
          value: undefined,
          isGenerated: false,
          isRequired: false,
        },
      ],
      addons: [
        { plan: 'openredis', options: {} },
        { plan: 'mongolab:shared-single-small', as: 'MONGO', options: {} },
        { plan: 'heroku-postgresql', as: undefined, options: { version: '16', fork: 'true' } },
      ],
      formation: { web: '1:standard-1x', worker: '2' },
      postdeploy: { command: 'node seed.js', size: 'standard-2x' },
      prPredestroy: undefined,
    })
  })

  it('is of an environment: its names in env and scripts, its whole lists for the rest', () => {
    const review = checkedAppJson(JSON.stringify(DOCUMENTED), 'review').appJson
    expect(review.env.map(({ name, value }) => `${name}=${value}`)).to.deep.equal([
      'SECRET_TOKEN=undefined',
      'WEB_CONCURRENCY=5',
      'LEVEL=debug',
      'MAIL=off',
    ])
    expect(review.addons.map(({ plan }) => plan)).to.deep.equal(['heroku-postgresql:essential-0'])
    expect(review.formation).to.deep.equal({ web: '1:basic' })
    expect([review.postdeploy?.command, review.prPredestroy?.command]).to.deep.equal([
      'node seed.js',
      'node bye.js',
    ])
    expect(review.buildpacks).to.deep.equal(appJson.buildpacks)
  })

  it('has an error with its place for each value that cannot be used', () => {
    expect(
      problemsOf(`{
  "env": {
    "PIN": 1234,
    "KEY": { "generator": "uuid", "required": "yes" },
    "PORT": "80",
    "A-B": "1"
  },
  "formation": { "web": { "quantity": 1.5, "size": "huge" }, "worker": 2 },
  "addons": [{ "as": "DB" }, 7],
  "buildpacks": ["heroku/nodejs"],
  "scripts": { "postdeploy": ["node"] },
  "environments": { "review": { "addons": "heroku-redis" } }
}`),
    ).to.deep.equal([
      'error 3:12 env/PIN; must be text or an object; put it in quotes',
      'error 4:27 env/KEY/generator; must be secret: the one generator that there is',
      'error 4:47 env/KEY/required; must be true or false',
      'error 5:13 env/PORT; cannot be a config var: each dyno gets its own',
      'error 6:12 env/A-B; is not the name of a config var',
      'error 8:39 formation/web/quantity; must be a whole number',
      'error 8:52 formation/web/size; is not the name of a dyno size',
      'error 8:72 formation/worker; must be an object',
      'error 9:14 addons/0; has no plan',
      'error 9:30 addons/1; must be text or an object; put it in quotes',
      'error 10:18 buildpacks/0; must be an object',
      'error 11:30 scripts/postdeploy; must be text or an object',
      'error 12:43 environments/review/addons; must be a list',
    ])
  })

  it('has a warning for what nobody reads, with what was probably meant', () => {
    expect(
      problemsOf(`{
  "addon": [],
  "env": { "A": { "values": "1" } },
  "addons": [{ "plan": "x", "plans": "y" }],
  "formation": { "web": { "count": 1 } },
  "scripts": { "post-deploy": "x", "postdeploy": { "command": "x", "sice": "y" } },
  "buildpacks": [{ "url": "x", "name": "y" }],
  "environments": { "reviews": {}, "review": { "adons": [] } }
}`),
    ).to.deep.equal([
      'warning 2:3 addon; unknown key; did you mean addons?',
      'warning 3:19 env/A/values; unknown key; did you mean value?',
      'warning 4:29 addons/0/plans; unknown key; did you mean plan?',
      'warning 5:27 formation/web/count; unknown key',
      'warning 6:16 scripts/post-deploy; unknown key; did you mean postdeploy?',
      'warning 6:68 scripts/postdeploy/sice; unknown key; did you mean size?',
      'warning 7:32 buildpacks/0/name; unknown key',
      'warning 8:21 environments/reviews; unknown key; did you mean review?',
      'warning 8:48 environments/review/adons; unknown key; did you mean addons?',
    ])
  })

  it('must be JSON, of an object', () => {
    expect(problemsOf('')).to.deep.equal(['error undefined:undefined the file is empty'])
    expect(problemsOf('{\n  // no\n}')).to.deep.equal(['error 2:3 not JSON: invalid comment token'])
    expect(problemsOf('{"env": {"A": "1",}}')).to.have.lengthOf(1)
    expect(problemsOf('[]')).to.deep.equal(['error 1:1 must be an object'])
    expect(problemsOf('null')).to.deep.equal(['error 1:1 must be an object'])
  })

  it('with errors is refused, and never repeats a value', () => {
    const error = refusal(() =>
      checkedAppJson('{"env": {"PIN": 987654}, "stack": 24}', undefined, 'of commit 1234567'),
    )
    expect(error).to.include({
      code: 'project',
      message: 'app.json of commit 1234567 has 2 errors. Nothing was changed.',
    })
    expect(error.why).to.equal(
      'app.json:1:17 env/PIN: must be text or an object; put it in quotes\n' +
        'app.json:1:35 stack: must be text; put it in quotes',
    )
    expect(JSON.stringify(error)).not.to.include('987654')
  })
})
