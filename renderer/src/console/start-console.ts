import '../carrier/no-eval.ts'
import '../ui/css/tokens.css'
import '../ui/css/base.css'
import '../ui/css/surfaces.css'
import '../ui/css/field-row.css'
import '../ui/css/pop.css'
import { createApp } from 'vue'
import { createTexts } from '../locales/index.ts'
import ConsoleRoot from './ConsoleRoot.vue'
import { storedLanguage } from './appearance.ts'

const app = createApp(ConsoleRoot)
app.use(createTexts(storedLanguage()))
app.mount('#app')
