export * from './contract.ts'
export * from './failure.ts'
export * from './models.ts'
export * from './shell-contract.ts'
