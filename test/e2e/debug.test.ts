import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'

const root = path.resolve(import.meta.dirname, '../..')

/** stderr of a deploy in an empty folder. */
async function failedDeploy(env: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shipit-debug-'))
  try {
    return await new Promise((resolve) => {
      execFile(
        process.execPath,
        [path.join(root, 'bin/shipit.js'), 'deploy', '--app', 'myapp'],
        { cwd: folder, env: { PATH: process.env.PATH!, HOME: folder, ...env } },
        (_error, _stdout, stderr) => resolve(stderr),
      )
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('DEBUG=shipit', () => {
  it('prints the stack of an error, with the lines of the source', async () => {
    const stderr = await failedDeploy({ DEBUG: 'shipit' })
    const [, file, line] =
      /^ {4}at \w+ \((src\/deploy\/[\w/-]+\.ts):(\d+):\d+\)$/m.exec(stderr) ?? []
    expect(file, stderr).to.be.a('string')
    const source = (await readFile(path.join(root, file!), 'utf8')).split('\n')
    expect(source[Number(line) - 1]).to.include('new ShipitError(')
  })

  it('is needed for it', async () => {
    const stderr = await failedDeploy({ DEBUG: 'other' })
    expect(stderr).to.include('There is no ecosystem file')
    expect(stderr).not.to.match(/^ +at /m)
  })
})
