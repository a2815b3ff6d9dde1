/** Presses that write: one tap is one act, and nothing that cannot be taken back happens at the second tap of a double tap. */
import {element} from 'mapdialog/lib/dom.js';

// Longer than the pause within a double or triple tap, shorter than it takes to read a question.
const SETTLE_MS = 700;

/** `act` unless it still runs: a second tap, Enter, or a third click in the same tick does nothing. The button looks busy. */
export function oneAtATime(act, {button = null} = {}) {
    let isBusy = false;
    return async (...all) => {
        if (isBusy) return undefined;
        isBusy = true;
        button?.setAttribute('aria-disabled', 'true');
        try {
            return await act(...all);
        } finally {
            isBusy = false;
            button?.removeAttribute('aria-disabled');
        }
    };
}

/** Takes no press until what the button stands in has been there for a moment: the finger meant what was there before. */
export function settle(button) {
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, SETTLE_MS);
}

/** Asks before something is gone for good; resolves to whether it may go. Neither button is under the second tap. */
export function ask({question, yes, no}) {
    return new Promise(resolve => {
        const button = (text, answer, attributes) => element('button', {
            type: 'button', class: 'ds-button', ...attributes, on: {click: () => dialog.close(answer)}}, text);
        const back = button(no, 'no', {'data-variant': 'secondary'});
        const sure = button(yes, 'yes', {'data-variant': 'primary', 'data-color': 'danger'});
        const dialog = element('dialog', {class: 'ask', 'aria-labelledby': 'ask-question', tabindex: '-1'},
            element('p', {id: 'ask-question', text: question}), element('div', {class: 'ask__buttons'}, back, sure));
        dialog.addEventListener('close', () => {
            dialog.remove();
            resolve(dialog.returnValue === 'yes');
        });
        document.body.append(dialog);
        dialog.showModal();
        dialog.focus();
        settle(back);
        settle(sure);
    });
}
