import js from '@eslint/js'
import tseslint from 'typescript-eslint'

// A room of src/ and what it may not import: the walls that the design draws between them.
const wall = (room, forbidden, why) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: `^(\\.\\./)+(${forbidden})(/|$|\\.js$)`, message: why }] },
    ],
  },
})

const everythingBut = (...allowed) =>
  [
    'commands',
    'deploy',
    'dev',
    'ui',
    'formation',
    'monitor',
    'git',
    'heroku',
    'init',
    'keys',
    'config-vars',
    'local',
    'runtime',
    'ecosystem',
    'demo',
    'errors',
  ]
    .filter((room) => !allowed.includes(room))
    .join('|')

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'templates/', 'test/fixtures/', '**/*.generated.*'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.cjs', '**/*.mjs', 'bin/*.js'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
      },
    },
  },
  { files: ['**/*.cjs', 'bin/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['src/runtime/**/*.ts'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    // The daemon's log, the dyno's runtime, the evaluator of a child and the demo have no user's
    // terminal, or one of their own.
    files: ['src/**/*.ts'],
    ignores: [
      'src/lib/terminal.ts',
      'src/build/start-up/code-cache.ts',
      'src/embedded/**',
      'src/runtime/**',
      'src/demo/**',
      'src/ecosystem/evaluator.ts',
    ],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[property.name="write"][object.property.name=/^std(out|err)$/]',
          message:
            'Lines reach a terminal through src/lib/terminal.ts, which lets nothing steer it.',
        },
        {
          selector: 'CallExpression[callee.object.name="ux"]',
          message:
            'Lines reach a terminal through src/lib/terminal.ts, which lets nothing steer it.',
        },
        {
          selector: 'ImportExpression[source.value="@inquirer/prompts"]',
          message: 'Questions are asked by src/ui/ask.ts, which cleans them.',
        },
      ],
    },
  },
  { files: ['src/ui/ask.ts'], rules: { 'no-restricted-syntax': 'off' } },
  wall(
    'ecosystem',
    everythingBut('ecosystem'),
    'ecosystem/ is pure: it imports yaml, a JSON parser and its own files only',
  ),
  wall(
    'runtime',
    everythingBut('runtime', 'ecosystem'),
    'the runtime is a package of its own and must not import the CLI',
  ),
  wall(
    'local',
    everythingBut('local', 'errors'),
    'the embedded Heroku imports nothing of the CLI that ships it',
  ),
  wall(
    'heroku',
    'commands|deploy|ui|formation|monitor|init|keys|config-vars|local/(?!client)',
    'heroku/ is the API alone; it reaches the embedded Heroku through local/client only',
  ),
  wall(
    'preflight',
    'commands|ui|monitor|local|dev|formation|keys|demo',
    'checks are functions of facts: they print nothing and ask nobody',
  ),
  wall('formation', 'commands|ui', 'algorithms do not print'),
  wall(
    'monitor',
    everythingBut('monitor', 'heroku', 'errors'),
    'monitor/ reads log lines into a model; ui/ draws it',
  ),
  wall('deploy', 'commands|ui', 'the deploy reports through its own events; ui/ renders them'),
)
