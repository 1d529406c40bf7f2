import { expect } from 'chai'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chooseEnvironment, examineDeployed } from '../../src/deploy/index.js'
import type { Ecosystem } from '../../src/ecosystem/types.js'
import { preflightFindings } from '../../src/doctor/index.js'
import { git, realFolder, removeFolders } from '../init/real-folder.js'
import { SOUND } from '../doctor/facts.js'

const ENVIRONMENTS = `deploy:
  production: { app: myapp, ref: stable }
  staging: { app: myapp-staging }
  api: { app: myapp-api, subdirectory: packages/api }
  gone: { app: myapp, ref: nowhere }
`

describe('what doctor looks at for an environment', () => {
  after(removeFolders)

  /**
   * A sound app on `stable`, one whose script is lost on `main`, which is checked out, and one that
   * is right again on disk alone.
   */
  function repository(): string {
    const file = `${String(SOUND['ecosystem.config.yml'])}${ENVIRONMENTS}`
    const root = realFolder({
      ...SOUND,
      'ecosystem.config.yml': file,
      ...Object.fromEntries(
        Object.entries(SOUND).map(([name, text]) => [`packages/api/${name}`, text]),
      ),
    })
    const commit = (message: string) => {
      git(root, 'add', '--all')
      git(root, 'commit', '--quiet', '--message', message)
    }
    git(root, 'init', '--quiet', '--initial-branch', 'main')
    commit('Sound')
    git(root, 'branch', 'stable')
    git(root, 'mv', 'server.js', 'index.js')
    commit('Lose the script')
    writeFileSync(path.join(root, 'server.js'), SOUND['server.js'] as string)
    return root
  }

  const examined = async (dir: string, env: string, named?: string) => {
    const found = await examineDeployed(dir, named, (read) => {
      const { deploy, sshTargets } = read as Ecosystem
      return Promise.resolve(
        chooseEnvironment(deploy, sshTargets, env) as Exclude<
          ReturnType<typeof chooseEnvironment>,
          'ask'
        >,
      )
    })
    return {
      ...found!,
      checks: preflightFindings({ project: found!.project, environment: found!.environment }).map(
        ({ check, severity }) => `${check} ${severity}`,
      ),
    }
  }

  it('is the commit of its ref, whatever is checked out', async () => {
    const { project, checks } = await examined(repository(), 'production')
    expect(checks).to.deep.equal([])
    expect(project.deployed).to.deep.equal({ ref: 'stable' })
  })

  it('is the commit that is checked out if there is no ref, and not the files on disk', async () => {
    const { project, checks } = await examined(repository(), 'staging')
    expect(project.deployed).to.deep.equal({})
    expect(checks).to.deep.equal(['committed warning', 'entry error'])
  })

  it('says what a folder lacks that is deployed alone', async () => {
    const root = repository()
    git(root, 'rm', '--quiet', 'packages/api/package-lock.json')
    git(root, 'commit', '--quiet', '--message', 'Lock the root alone')
    const { checks, project } = await examined(root, 'api')
    expect(project.outside).to.have.lengthOf(1)
    expect(checks).to.include('subfolder warning')
  })

  it('is of its subdirectory, or of the folder that is named', async () => {
    const root = repository()
    expect((await examined(root, 'api')).project.folder.name).to.equal('api')
    mkdirSync(path.join(root, 'packages/new'))
    const failure = await examined(root, 'gone').catch((error: Error) => error.message)
    expect(failure).to.include('nowhere')
  })
})
