/** What holds for every plan of dynos and of instances, and for every list that comes in pages. */
import { expect } from 'chai'
import fc from 'fast-check'
import { parse } from 'yaml'
import { grows, peakOf, planFormation, shrinks } from '../../src/operate/formation-change.js'
import { DYNO_SIZES } from '../../src/lib/dyno-sizes.js'
import { editYaml } from '../../src/ecosystem/edit.js'
import { planScale } from '../../src/operate/plan.js'
import { planStart, planStop } from '../../src/operate/stopped.js'
import type { Formation } from '../../src/heroku/index.js'
import { pageOf } from '../../src/embedded/api/range.js'
import { decide, used, type DynoSample, type SizingState } from '../../src/runtime/sizing-policy.js'
import { formation } from '../support/records.js'
import { isSoak } from '../support/soak.js'

/** Sizes that may be in one app together. */
const MIXED = DYNO_SIZES.map(({ name }) => name).filter((name) =>
  /^(?:Standard|Performance)/.test(name),
)
const type = fc.stringMatching(/^[a-z]{1,6}$/)
const rows = fc.uniqueArray(
  fc.record({ type, quantity: fc.nat(9), size: fc.constantFrom(...MIXED) }),
  { selector: (row) => row.type, minLength: 1, maxLength: 4 },
)
const asFormation = (
  given: readonly { type: string; quantity: number; size: string }[],
): Formation[] => given.map((row) => formation(row.type, row.quantity, row.size))
const applied = (
  current: readonly Formation[],
  updates: readonly { type: string; quantity?: number | undefined; size?: string | undefined }[],
) =>
  current.map((row) => {
    const update = updates.find((one) => one.type === row.type)
    return {
      type: row.type,
      quantity: update?.quantity ?? row.quantity,
      size: update?.size ?? row.size,
    }
  })

describe('for every formation', () => {
  it('what a scale sends makes what it tells, and nothing where all is so already', () => {
    fc.assert(
      fc.property(rows, fc.nat(9), fc.constantFrom(...MIXED), (given, amount, size) => {
        const current = asFormation(given)
        const wanted = { type: given[0]!.type, quantity: { operator: '=' as const, amount }, size }
        const plan = planScale('a1', current, [wanted])
        expect(applied(current, plan.updates)).to.deep.equal(plan.formation)
        expect(plan.formation[0]).to.deep.equal({ type: wanted.type, quantity: amount, size })
        expect(
          planScale(
            'a1',
            plan.formation.map((row) => formation(row.type, row.quantity, row.size)),
            [wanted],
          ).updates,
        ).to.deep.equal([])
      }),
    )
  })

  it('a start brings back what a stop has stopped, count by count', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const current = asFormation(given)
        const stop = planStop(current, undefined)
        const stopped = applied(current, stop.updates)
        expect(stopped.every(({ quantity }) => quantity === 0)).to.equal(true)
        const start = planStart(asFormation(stopped), stop.remembered)
        expect(applied(asFormation(stopped), start.updates)).to.deep.equal(given)
      }),
    )
  })

  it('a deploy never has fewer dynos before its release is judged than before and after it', () => {
    fc.assert(
      fc.property(rows, rows, (given, wanted) => {
        const changes = planFormation(
          'production',
          Object.fromEntries(wanted.map((row) => [row.type, `${row.quantity}:${row.size}`])),
          asFormation(given),
        )
        for (const change of changes) {
          const peak = peakOf(change)
          expect(peak.quantity).to.be.at.least(change.after.quantity)
          expect(peak.quantity).to.be.at.least(change.before?.quantity ?? 0)
          expect(grows(change) || shrinks(change)).to.equal(true)
        }
        const named = new Set(changes.map((change) => change.type))
        for (const row of wanted) {
          const before = given.find((one) => one.type === row.type)
          const isAsWanted = before?.quantity === row.quantity && before.size === row.size
          expect(named.has(row.type)).to.equal(!isAsWanted)
        }
      }),
    )
  })
})

describe('for every dyno', () => {
  const instance = fc.record({
    memory: fc.integer({ min: 20, max: 300 }),
    uptime: fc.nat(600_000),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
    isServing: fc.boolean(),
  })
  const app = fc
    .record({
      name: fc.constantFrom('api', 'jobs'),
      most: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      isGivenUp: fc.boolean(),
      instances: fc.array(instance, { minLength: 1, maxLength: 6 }),
    })
    .map((one) => ({ ...one, count: one.instances.length }))
  const sample = fc.record({
    memory: fc.constantFrom(512, 1024, 2560),
    overhead: fc.integer({ min: 30, max: 80 }),
    apps: fc.uniqueArray(app, { selector: (one) => one.name, minLength: 1, maxLength: 2 }),
  })

  it('sizing keeps between one instance and the most, changes no count of the user, and adds none where there is no room', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), (samples) => {
        let state: SizingState = {}
        for (const [index, given] of samples.entries()) {
          const seen: DynoSample = { ...given, at: index * 1000 }
          const { state: next, decision } = decide(state, seen)
          state = next
          if (!decision) continue
          const chosen = seen.apps.find(({ name }) => name === decision.app)!
          expect(chosen.most).to.not.equal(undefined)
          expect(chosen.count + decision.change).to.be.within(
            1,
            decision.change > 0 ? chosen.most! : Infinity,
          )
          if (decision.change > 0) expect(used(seen)).to.be.below(seen.memory)
        }
      }),
    )
  })
})

describe('for every list of the API', () => {
  const items = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 60 })

  for (const order of ['asc', 'desc'] as const) {
    it(`its pages hold each item once, in order (${order})`, () => {
      fc.assert(
        fc.property(items, fc.integer({ min: 1, max: 20 }), (versions, max) => {
          const fields = { version: (version: number) => version }
          const seen: number[] = []
          for (
            let header: string | undefined = `version ..; max=${max},order=${order}`;
            header !== undefined;
          ) {
            const page: ReturnType<typeof pageOf<number>> = pageOf(versions, header, fields)
            expect(page.items.length).to.be.at.most(max)
            expect(page.status).to.equal(page.headers['Next-Range'] === undefined ? 200 : 206)
            seen.push(...page.items)
            header = page.headers['Next-Range']
          }
          expect(seen).to.deep.equal(
            [...versions].sort((a, b) => (order === 'asc' ? a - b : b - a)),
          )
        }),
      )
    })
  }
})

/** An edit parses the file some times. */
const RUNS = { numRuns: isSoak ? 1000 : 20 }

describe('for every ecosystem file', () => {
  const comment = fc.stringMatching(/^[a-z ]{1,20}$/)
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
  const file = fc
    .record({
      name,
      script: fc.constantFrom('server.js', './dist/main.js'),
      instances: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant('max')),
      above: comment,
      beside: comment,
      below: comment,
    })
    .map((given) => ({
      ...given,
      text: `# ${given.above}\napps:\n  - name: "${given.name}"\n    script: '${given.script}' # ${given.beside}\n    instances: ${given.instances}\n    # ${given.below}\n    env:\n      PORT: 3000\n`,
    }))

  it('an edit changes its value alone: comments, quotes and order stay', () => {
    fc.assert(
      fc.property(file, fc.integer({ min: 10, max: 99 }), ({ text, instances }, wanted) => {
        const edited = editYaml(text, [{ path: ['apps', 0, 'instances'], value: wanted }])
        expect(edited).to.equal(text.replace(`instances: ${instances}`, `instances: ${wanted}`))
        expect(editYaml(edited, [{ path: ['apps', 0, 'instances'], value: instances }])).to.equal(
          text,
        )
      }),
      RUNS,
    )
  })

  it('a new key is there afterwards, and everything else as it was', () => {
    fc.assert(
      fc.property(
        file,
        fc.stringMatching(/^[\w ./:#-]{1,20}$/),
        ({ text, above, beside, below }, value) => {
          const edited = editYaml(text, [{ path: ['apps', 0, 'env', 'NEW'], value }])
          const before = parse(text) as { apps: { env: object }[] }
          before.apps[0]!.env = { ...before.apps[0]!.env, NEW: value }
          expect(parse(edited)).to.deep.equal(before)
          for (const words of [above, beside, below]) expect(edited).to.include(`# ${words}`)
          expect(
            editYaml(edited, [{ path: ['apps', 0, 'env', 'NEW'], value: undefined }]),
          ).to.equal(text)
        },
      ),
      RUNS,
    )
  })
})
