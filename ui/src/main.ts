import './kit/locale';

import { mount } from 'svelte';

import App from './app/App.svelte';
import './kit/base.css';
import { startHost } from './host';
import { showFatal } from './kit/fatal';

const target = document.getElementById('app');
if (target) {
  startHost()
    .then(() => mount(App, { target }))
    .catch((thrown: unknown) => showFatal(target, thrown));
}
