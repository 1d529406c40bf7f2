/**
 * Whether DEBUG asks for what shipit tells its developers: a list of names as the package debug
 * reads it. `shipit`, `shipit:*` and `*` ask for all, `shipit:http` for a part alone. The one
 * place that reads it.
 */
export const isDebugging = (part?: 'http'): boolean =>
  (process.env.DEBUG ?? '')
    .split(/[\s,]+/)
    .some((name) => ['*', 'shipit', 'shipit:*', ...(part ? [`shipit:${part}`] : [])].includes(name))
