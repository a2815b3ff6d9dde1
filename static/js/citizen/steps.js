/**
 * The steps of writing as the browser's history has them: where, what, done. Back is the step before; nothing is sent again by
 * going back or forward, because a step only shows what is there.
 */

/** @param onTravel(step) when Back or Forward was pressed @returns {forward(step), become(step), toMap()} */
export function createSteps(onTravel) {
    if (!history.state?.step) history.replaceState({step: 'where'}, '');
    // A link within the page comes by here too, without a step: it leads nowhere else.
    let isGoingBack = false;
    addEventListener('popstate', ({state}) => {
        isGoingBack = false;
        if (state?.step) onTravel(state.step);
    });
    addEventListener('pageshow', () => { isGoingBack = false; });
    return {
        forward(step) {
            const {step: before} = history.state ?? {};
            if (before !== step) history.pushState({step, before}, '');
        },
        /** The step that was becomes this one: what has been sent cannot be gone back to. */
        become(step) { history.replaceState({...history.state, step}, ''); },
        /** Once, however often it is pressed: the way back takes a moment, and a second step would leave the page. */
        toMap() {
            if (isGoingBack) return undefined;
            if (history.state?.before === 'where') {
                isGoingBack = true;
                return history.back();
            }
            history.replaceState({step: 'where'}, '');
            return onTravel('where');
        },
    };
}
