import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const root = path.resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/** What the walls say of a source tree of these files. */
async function lint(files: Record<string, string>): Promise<{ code: number; output: string }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shipit-walls-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
      await writeFile(path.join(folder, name), text)
    }
    return await run(
      process.execPath,
      [
        path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        '--config',
        path.join(root, '.config/dependencies.cjs'),
        'src',
      ],
      { cwd: folder },
    ).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, output: stdout }),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('the walls between the rooms', function () {
  this.timeout(60_000)

  it('forbid a static import, one of types, a dynamic one and a circle, and nothing else', async () => {
    const { code, output } = await lint({
      'src/heroku/apps.ts': 'export const apps = 1\n',
      'src/operate/scale.ts': "import { apps } from '../heroku/apps.js'\nexport const n = apps\n",
      'src/ecosystem/static.ts':
        "import { apps } from '../heroku/apps.js'\nexport const n = apps\n",
      'src/git/dynamic.ts': "export const n = async () => import('../heroku/apps.js')\n",
      'src/lib/types.ts':
        "import type { apps } from '../heroku/apps.js'\nexport type N = typeof apps\n",
      'src/ui/one.ts': "import type { Two } from './two.js'\nexport type One = Two[]\n",
      'src/ui/two.ts': "import type { One } from './one.js'\nexport type Two = One | 2\n",
    })
    expect(code).to.not.equal(0)
    expect(output).to.include('walls-of-ecosystem: src/ecosystem/static.ts → src/heroku/apps.ts')
    expect(output).to.include('walls-of-git: src/git/dynamic.ts → src/heroku/apps.ts')
    expect(output).to.include('walls-of-lib: src/lib/types.ts → src/heroku/apps.ts')
    expect(output).to.match(/no-circular: src\/ui\/(one|two)\.ts/)
    expect(output).not.to.include('src/operate/scale.ts')
  })
})
