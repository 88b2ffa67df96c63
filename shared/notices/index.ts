/**
 * Notices: a message to DingTalk, Feishu, Slack or a signed webhook about a run that changed or failed
 * something. What there is to tell, how each service wants it written, and delivery that neither holds up
 * a run nor fails one.
 */
export { type Channel, parseChannels } from './channel';
export {
  type Notice,
  type NoticedGroup,
  type NoticeLink,
  noticeOf,
  type ToldGroup,
  type ToldRun,
} from './notice';
export { createNotifier, type NoticeLog, type Notifier, type NotifierOptions } from './notifier';
export type { Transport } from './transport';
