/** When Heroku had its regions, stacks, sizes and teams, as far as anybody here needs to know. */
export const SINCE = '2012-01-01T00:00:00.000Z'
