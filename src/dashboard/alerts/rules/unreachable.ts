import { MINUTE, SECOND, type Rule } from '../rule.js'

/** The platform does not tell how the app is: it cannot be reached, or it refuses. */
export const unreachable: Rule = {
  id: 'unreachable',
  title: 'cannot be watched',
  raiseAfter: MINUTE,
  clearAfter: 10 * SECOND,
  isOfPlatform: true,
  judge: ({ problem }) => [
    {
      place: null,
      is: problem === null ? 'fine' : 'bad',
      text: problem ?? 'The platform tells how the app is again.',
    },
  ],
}
