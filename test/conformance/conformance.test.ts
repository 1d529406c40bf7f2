import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { ensureLocal, stopLocal } from '../../src/embedded/daemon/index.js'
import { packageRoot } from '../../src/paths.js'
import { api } from './api.js'
import { Context } from './context.js'
import { deploys } from './deploys.js'
import { check, table, type Result } from './table.js'

describe('the conformance suite', function () {
  this.timeout(60_000)

  it("finds the embedded Heroku's API as Heroku documents it, and leaves nothing", async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'shipit-conformance-home-'))
    try {
      const { apiUrl, gitUrl, token } = await ensureLocal({ home })
      const endpoint = {
        apiUrl,
        gitUrl,
        token,
        tokenSource: 'the embedded Heroku',
        label: 'the embedded Heroku',
      }
      const context = await Context.open(endpoint, 'conformance', new AbortController().signal)
      const results: Result[] = []
      for (const behaviour of api) results.push(await check(behaviour, context))
      await context.close()
      expect(
        results
          .filter(({ outcome }) => outcome !== 'as expected')
          .map(({ behaviour: { id }, note }) => `${id}: ${note}`),
      ).to.deep.equal([])
      expect(table(results, endpoint))
        .to.contain(`${api.length} of ${api.length} as expected, the embedded Heroku`)
        .and.not.contain(token)
      const left = await fetch(`${apiUrl}/apps`, { headers: { authorization: `Bearer ${token}` } })
      expect(await left.json()).to.deep.equal([])
    } finally {
      await stopLocal(home)
      await rm(home, { recursive: true, force: true })
    }
  })
  it('tells what a platform does otherwise', async () => {
    const result = await check(
      {
        id: 'x',
        what: 'y',
        source: 'z',
        check: () => Promise.reject(new Error('seen: 500 | broken')),
      },
      { signal: new AbortController().signal } as Context,
    )
    expect(result.outcome).to.equal('otherwise')
    expect(table([result], { apiUrl: 'https://api.heroku.com' } as Parameters<typeof table>[1]))
      .to.contain('0 of 1 as expected, api.heroku.com')
      .and.contain('| otherwise |')
      .and.contain('500 \\| broken')
  })
})

describe('the document of what is assumed about Heroku', () => {
  it('names code and tests that are there, for each of 40 assumptions or more', async () => {
    const text = await readFile(
      path.join(packageRoot, '.github/docs/heroku-assumptions.md'),
      'utf8',
    )
    const rows = text.split('\n').filter((line) => /^\| U?\d+ \|/.test(line))
    expect(rows.length).to.be.at.least(40)
    const ids = new Set([...api, ...deploys].map(({ id }) => id))
    for (const row of rows) {
      const held = row.split('|').at(-2)!
      expect(held.trim(), row).to.not.equal('')
      for (const [, file] of row.matchAll(/`((?:src|test)\/[^`]+)`/g))
        expect(existsSync(path.join(packageRoot, file!)), file).to.equal(true)
      for (const [, id] of row.matchAll(/conformance: ([\w-]+)/g))
        expect(ids.has(id!), id).to.equal(true)
    }
    const named = new Set([...text.matchAll(/conformance: ([\w-]+)/g)].map(([, id]) => id))
    expect([...ids].filter((id) => !named.has(id))).to.deep.equal(['account', 'no-formation'])
  })
})
