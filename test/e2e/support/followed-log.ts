import type { World } from './world.js'

/**
 * The log of an app from its last 1,500 lines on, followed until `isSeen` says yes of it or `within`
 * ms have passed: one start of the CLI, where asking again and again takes many.
 * @param args of `shipit logs`
 */
export async function followedLog(
  world: World,
  args: string[],
  isSeen: (text: string) => boolean,
  within = 40_000,
): Promise<string> {
  let text = ''
  let pid = 0
  const leave = (): void => {
    if (pid !== 0) process.kill(pid, 'SIGINT')
    pid = 0
  }
  const timer = setTimeout(leave, within)
  // What is waited for may not be in the log alone.
  const look = setInterval(() => isSeen(text) && leave(), 200)
  await world.shipit(['logs', '--tail', '-n', '1500', ...args], {
    onSpawn: (child) => (pid = child),
    onOutput: (more) => {
      text += more
      if (isSeen(text)) leave()
    },
  })
  clearTimeout(timer)
  clearInterval(look)
  return text
}
