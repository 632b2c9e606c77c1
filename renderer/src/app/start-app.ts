import '../carrier/no-eval.ts'
import '../ui/css/tokens.css'
import '../ui/css/base.css'
import '../ui/css/surfaces.css'
import '../ui/css/field-row.css'
import '../ui/css/narrow.css'
import '../ui/css/pop.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createBackend, provideBackend } from '../carrier/use-backend.ts'
import { createTexts, systemLanguage } from '../locales/index.ts'
import App from './App.vue'
import { reloadWhenBuiltAnew } from './reload/built-anew.ts'
import { chooseCarrier } from './choose-carrier.ts'
import { createPages } from './pages.ts'

const backend = createBackend(chooseCarrier(window))
reloadWhenBuiltAnew(window, () => backend.connection.state.value.state === 'online')
const app = createApp(App)
provideBackend(app, backend)
app.use(createPinia())
app.use(createTexts(systemLanguage()))
app.use(createPages())
app.mount('#app')
backend.connection.start()
