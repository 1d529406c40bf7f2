import js from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'templates/', 'test/fixtures/', '**/*.generated.*'] },
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
    files: ['src/**/*.{ts,tsx}'],
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
)
