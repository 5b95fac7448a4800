import '@ide-assistant/widget';
import type { IdeAssistant } from '@ide-assistant/widget';

const assistant = document.querySelector<IdeAssistant>('ide-assistant');
if (assistant) {
  assistant.tokenProvider = async () => {
    const response = await fetch('/demo-token', { method: 'POST' });
    if (!response.ok) throw new Error('The demo could not sign in.');
    const { token } = (await response.json()) as { token: string };
    return token;
  };
}
