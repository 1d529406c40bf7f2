/** Says in time what Heroku's R10 leaves open: that nothing, or something else, listens where the router looks. */

export interface Listening {
  app: string
  port: number | string
}

/**
 * What to tell about a web dyno whose PORT nobody has bound; undefined where all is well, or nobody can tell: only Node instances report
 * where they listen. Heroku ends such a dyno after 60 s with status 137 (devcenter.heroku.com/articles/error-codes, R10).
 */
export function portWarning(dyno: string, port: string | undefined, apps: Array<{ name: string; isNode: boolean }>, listening: Listening[]): string | undefined {
  if (!dyno.startsWith('web.') || !port) return undefined
  if (listening.some((one) => String(one.port) === port) || apps.some((app) => !app.isNode)) return undefined
  const elsewhere = [...new Set(listening.map((one) => `${one.app} listens on ${one.port}`))].join(', ')
  const found = elsewhere ? `${elsewhere}, and nothing on PORT, which is ${port}` : `nothing listens on PORT, which is ${port}, yet`
  return `${found}; Heroku ends a web dyno that has not bound it within 60 s (R10): listen on process.env.PORT`
}
