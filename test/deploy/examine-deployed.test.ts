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
  dotted: { app: myapp-api, subdirectory: ././packages/api// }
  whole: { app: myapp, subdirectory: ./. }
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

  it('has nothing uncommitted if it is another commit than the one that is checked out', async () => {
    const root = repository()
    const staged = (await examined(root, 'staging')).project
    expect(staged.uncommitted).to.deep.equal(['server.js'])
    expect(staged.refusal).to.equal(undefined)
    expect((await examined(root, 'production')).project.uncommitted).to.deep.equal([])
  })

  it('is nothing without a commit, and refused of a shallow clone', async () => {
    const plain = realFolder(SOUND)
    const look = (dir: string) => examineDeployed(dir, undefined, () => Promise.resolve(undefined))
    expect(await look(plain)).to.equal(undefined)
    git(plain, 'init', '--quiet')
    expect(await look(plain)).to.equal(undefined)
    const bare = realFolder({})
    git(bare, 'clone', '--quiet', '--bare', repository(), bare)
    expect(await look(bare)).to.equal(undefined)
    const shallow = realFolder({})
    git(shallow, 'clone', '--quiet', '--depth', '1', `file://${repository()}`, shallow)
    expect((await look(shallow))?.project.refusal?.message).to.include('shallow clone')
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
    const named = await examined(root, 'api', '.')
    expect(named.project.folder.name).to.equal(path.basename(root))
    expect(named.project.outside).to.equal(undefined)
    const other = await examined(root, 'dotted')
    expect(other.project.folder.name).to.equal('api')
    expect((await examined(root, 'whole')).project.folder.name).to.equal(path.basename(root))
    mkdirSync(path.join(root, 'packages/new'))
    const failure = await examined(root, 'gone').catch((error: Error) => error.message)
    expect(failure).to.include('nowhere')
  })
})
