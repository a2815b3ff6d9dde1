/** The front page: what waits on this device is sent from here too, and what it has sent is listed. */
import {readConfig} from 'mapdialog/lib/config.js';
import {drawMine, tellReceived} from 'mapdialog/citizen/mine.js';
import {noteUnsent} from 'mapdialog/citizen/kept.js';
import {createOutbox, listen, openStore} from 'mapdialog/lib/outbox.js';

const {language, texts} = readConfig();
const node = document.getElementById('mine');
const store = await openStore().catch(() => null);

async function draw({items, waiting, refused}) {
    noteUnsent(waiting + refused);
    drawMine(node, {items, receipts: await outbox.receipts(), language, texts});
}

const outbox = store && createOutbox({
    store, onChange: draw, onSent: (item, receipt) => tellReceived(item, receipt, texts)});
if (outbox) {
    listen(outbox);
    draw(await outbox.summary());
}
