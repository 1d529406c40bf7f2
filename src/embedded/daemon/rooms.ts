/** The services that run and build apps: tests put others in their place. */
export interface Rooms {
  createDynos: (typeof import('../dynos/index.js'))['createDynos']
  createRouter: (typeof import('../router/index.js'))['createRouter']
  createBuilder: (typeof import('../build/index.js'))['createBuilder']
  createGitHandler: (typeof import('../git/index.js'))['createGitHandler']
}

export async function loadRooms(): Promise<Rooms> {
  const [dynos, router, build, git] = await Promise.all([
    import('../dynos/index.js'),
    import('../router/index.js'),
    import('../build/index.js'),
    import('../git/index.js'),
  ])
  return { ...dynos, ...router, ...build, ...git }
}
