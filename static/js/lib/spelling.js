/** A feature's properties under today's names: what a phone kept before `answers` were called `responses` is still read. */
export function spelledToday({answers, ...properties}) {
    return answers === undefined ? properties : {responses: answers, ...properties};
}
