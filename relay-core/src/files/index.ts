export { writeFileAtomically } from './atomic-file.ts'
export { contentType } from './content-type.ts'
