import { expect } from 'chai'
import { CHECKS, errorOf, preflightFindings } from '../../src/doctor/index.js'
import { ALL_CASES } from './all-cases.js'
import { factsOf, manifest, type Given } from './facts.js'

describe('preflight checks', () => {
  it('are all in this table, by names of their own', () => {
    expect(ALL_CASES.map(({ check }) => check)).to.have.members(CHECKS.map(({ name }) => name))
    expect(new Set(CHECKS.map(({ name }) => name)).size).to.equal(CHECKS.length)
  })

  it('have nothing to say about a sound app', () => {
    expect(preflightFindings(factsOf({ platform: {}, target: { app: 'myapp' } }))).to.deep.equal([])
  })

  for (const { check, fires, silent } of ALL_CASES) {
    const found = (given: Given) =>
      preflightFindings(factsOf(given)).filter((finding) => finding.check === check)
    it(`${check}: fires, with what to do`, () => {
      for (const [given, severity, words] of fires) {
        const findings = found(given)
        expect(
          findings.map(({ what }) => what),
          JSON.stringify(given),
        ).to.have.lengthOf(1)
        expect(findings[0]!.what).to.match(words)
        expect(findings[0]!.severity, findings[0]!.what).to.equal(severity)
        expect(findings[0]!.next).to.match(/\S/)
      }
    })
    it(`${check}: leaves alone what only looks like it`, () => {
      for (const given of silent) expect(found(given), JSON.stringify(given)).to.deep.equal([])
    })
  }
})

describe('findings as an error', () => {
  it('are the one error itself, with its own exit code', () => {
    const error = errorOf(
      preflightFindings(factsOf({ notCommitted: ['server.js'] })),
      'Nothing was deployed.',
    )
    expect(error).to.include({
      code: 'git',
      message: 'server.js is on disk, and not in the commit.',
      next: 'git add server.js && git commit',
    })
  })

  it('are counted and listed where there are several, and never warnings', () => {
    const error = errorOf(
      preflightFindings(
        factsOf({
          files: {
            'server.js': undefined,
            'package.json': manifest({ dependencies: {}, engines: {} }),
          },
        }),
      ),
      'Nothing was deployed.',
    )
    expect(error?.message).to.equal('2 things would make the deploy fail. Nothing was deployed.')
    expect(error?.why)
      .to.include('not among its dependencies')
      .and.include('server.js, which a starts')
      .and.not.include('engines.node')
    expect(
      errorOf(
        preflightFindings(factsOf({ files: { 'package.json': manifest({ engines: {} }) } })),
        '',
      ),
    ).to.equal(undefined)
  })

  it('say in details what config vars are missing', () => {
    expect(
      errorOf(preflightFindings(factsOf({ target: { config: ['KEY'] }, platform: {} })), '')
        ?.details,
    ).to.deep.include({ missing_config: ['KEY'] })
  })
})
