import { SECOND, type Rule } from '../rule.js'

/** No dyno of the app is up. One that was scaled to nothing is stopped, which is no news. */
export const down: Rule = {
  id: 'down',
  title: 'app down',
  // A restart takes its dynos down, too, for seconds.
  raiseAfter: 30 * SECOND,
  clearAfter: 30 * SECOND,
  judge: ({ state, why }) => [
    {
      place: null,
      is: state === 'crashed' ? 'bad' : state === 'starting' ? 'between' : 'fine',
      text: why ?? 'The app is up again.',
    },
  ],
}
