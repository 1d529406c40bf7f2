/** The page of a scheduler as a browser uses it. */
interface Filled {
  action: 'add' | 'save' | 'remove'
  job?: string
  command?: string
  frequency?: string
  size?: string
}

const tokenIn = (html: string): string => /name="token" value="(\w+)"/.exec(html)![1]!

/** Ids of the jobs that a page shows, in its order. */
export const jobsIn = (html: string): string[] => [
  ...new Set([...html.matchAll(/name="job" value="([\w-]+)"/g)].map(([, id]) => id!)),
]

export const readPage = async (url: string): Promise<string> => (await fetch(url)).text()

/** Fills one of its forms in and sends it. Answers what the browser shows then. */
export async function sendForm(
  url: string,
  filled: Filled,
  { token, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; html: string; headers: Headers }> {
  const fields = { token: token ?? tokenIn(await readPage(url)), ...filled }
  const body = new URLSearchParams(fields)
  const response = await fetch(url, { method: 'POST', body, headers })
  return { status: response.status, html: await response.text(), headers: response.headers }
}
