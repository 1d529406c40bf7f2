/**
 * The config vars of PM2's dashboard: https://doc.pm2.io/en/plus/guide/installation/. The agent
 * starts when both keys are set.
 */
export const KEY_NAMES = ['PM2_PUBLIC_KEY', 'PM2_SECRET_KEY', 'PM2_MACHINE_NAME'] as const

export type KeyName = (typeof KEY_NAMES)[number]
export type Keys = Partial<Record<KeyName, string>>

export const isKeyName = (name: string): name is KeyName =>
  (KEY_NAMES as readonly string[]).includes(name)

/** A machine's name is for reading; the keys are not. */
export const isSecret = (name: KeyName) => name !== 'PM2_MACHINE_NAME'
