/**
 * Numbers of versions, none of them given twice. A session that is opened anew would otherwise count from one again, and
 * come to the number at which it was drawn last: what is shown would stay what it was.
 */

let given = 0;

export const nextVersion = () => (given += 1);
