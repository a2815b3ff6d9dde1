/**
 * The steps of writing as the browser's history has them: where, what, done. Back is the step before; nothing is sent again by
 * going back or forward, because a step only shows what is there.
 */

/** @param onTravel(step) when Back or Forward was pressed @returns {forward(step), become(step), toMap()} */
export function createSteps(onTravel) {
    if (!history.state?.step) history.replaceState({step: 'where'}, '');
    // A link within the page comes by here too, without a step: it leads nowhere else.
    addEventListener('popstate', ({state}) => { if (state?.step) onTravel(state.step); });
    return {
        forward(step) {
            const {step: before} = history.state ?? {};
            if (before !== step) history.pushState({step, before}, '');
        },
        /** The step that was becomes this one: what has been sent cannot be gone back to. */
        become(step) { history.replaceState({...history.state, step}, ''); },
        toMap() {
            if (history.state?.before === 'where') return history.back();
            history.replaceState({step: 'where'}, '');
            return onTravel('where');
        },
    };
}
