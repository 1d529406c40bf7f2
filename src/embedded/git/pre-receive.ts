/**
 * The hook that builds what is pushed, run by git in the bare repository while the new objects are
 * still in quarantine: only this process can read them, so it packs the tree itself and asks the
 * daemon to build it.
 * Its exit status is git's answer to the push; all it prints reaches the user as `remote:` lines.
 */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { HOOK_ENV } from './hook.js'
import { archiveCommit, lfsPointersOf, subjectOf, submodulesOf, typeOf } from './pushed-tree.js'

interface Update {
  before: string
  after: string
  ref: string
}

const isNothing = (id: string): boolean => /^0+$/.test(id)
const isBuilt = (ref: string): boolean => /^refs\/heads\/(main|master)$/.test(ref)
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

function setting(name: string): string {
  const value = process.env[name]
  if (value === undefined)
    throw new Error(
      `${name} is not set: this repository takes pushes through the embedded Heroku only.`,
    )
  return value
}

async function main(): Promise<boolean> {
  const updates = (await text(process.stdin))
    .split('\n')
    .filter(Boolean)
    .map((line): Update => {
      const [before = '', after = '', ref = ''] = line.split(' ')
      return { before, after, ref }
    })
  const built = updates.filter(({ ref }) => isBuilt(ref))
  if (built.some(({ after }) => isNothing(after))) {
    say(' !     The branch that is deployed cannot be deleted.')
    return false
  }
  const [update, ...more] = built
  if (update === undefined) {
    say('Pushed to non-main branch, skipping build.')
    return true
  }
  if (more.some(({ after }) => after !== update.after)) {
    say(
      ' !     main and master were pushed at once with different commits. Push the one to deploy.',
    )
    return false
  }
  // Git refuses a branch that is no commit too, but only after this hook, when the release would be
  // live.
  const type = await typeOf(update.after)
  if (type !== 'commit') {
    say(
      ` !     ${update.ref.slice('refs/heads/'.length)} takes commits alone, and this is a ` +
        `${type}.`,
    )
    // devcenter.heroku.com/articles/git: an annotated tag is deployed by the commit that it names.
    if (type === 'tag')
      say(' !     Push the commit of an annotated tag: git push <remote> <tag>^{}:main')
    return false
  }
  return await build(update)
}

async function build(update: Update): Promise<boolean> {
  const archive = path.join(setting(HOOK_ENV.archives), `${randomUUID()}.tar`)
  try {
    const [description] = await Promise.all([
      subjectOf(update.after),
      archiveCommit(update.after, archive),
      warn(update.after),
    ])
    say('Compressing source files... done.')
    say('Building source:')
    say('')
    return await request({
      archive,
      commit: update.after,
      description,
      ref: update.ref,
      before: update.before,
    })
  } finally {
    await rm(archive, { force: true })
  }
}

async function warn(commit: string): Promise<void> {
  const [submodules, pointers] = await Promise.all([submodulesOf(commit), lfsPointersOf(commit)])
  if (submodules.length > 0) {
    say(
      ' !     Submodules are not fetched here; these folders are empty in the build: ' +
        `${submodules.join(', ')}`,
    )
  }
  if (pointers.length > 0) {
    const shown =
      pointers.length > 5
        ? `${pointers.slice(0, 5).join(', ')} and ${pointers.length - 5} more`
        : pointers.join(', ')
    say(
      ' !     Git LFS is not supported, as on Heroku; these files are pointers in the build: ' +
        `${shown}`,
    )
  }
}

/**
 * The body is printed as it comes; whether the build succeeded is in a trailer, so that an answer
 * that was cut off never counts as success.
 */
async function request(body: Record<string, string>): Promise<boolean> {
  const secret = (await readFile(setting(HOOK_ENV.secretFile), 'utf8')).trim()
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${secret}`,
      'x-push-id': setting(HOOK_ENV.push),
      'content-type': 'application/json',
    }
    http
      .request(setting(HOOK_ENV.url), { method: 'POST', headers, agent: false }, resolve)
      .on('error', reject)
      .end(JSON.stringify(body))
  })
  for await (const chunk of answer) process.stdout.write(chunk as Buffer)
  if (answer.statusCode === 200 && answer.trailers['x-build'] === undefined)
    throw new Error('the answer of the platform was cut off')
  return answer.trailers['x-build'] === 'succeeded'
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  say(
    ' !     The build could not be followed to its end: ' +
      `${error instanceof Error ? error.message : String(error)}`,
  )
  say(' !     Push rejected.')
  process.exitCode = 1
}
