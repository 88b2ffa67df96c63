import type { ServedCall } from '../wire';
import { type ActionTrailRecord, utcSeconds } from './record';
import { subjectOf } from './subject';

/** An event as EventBridge delivers it: CloudEvents 1.0 with Alibaba Cloud's own attributes. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly specversion: '1.0';
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: string;
  readonly aliyunaccountid: string;
  readonly aliyunoriginalaccountid: string;
  readonly aliyunpublishtime: string;
  readonly aliyunpublishaddr: string;
  readonly aliyuneventbusname: string;
  readonly aliyunregionid: string;
  readonly data: ActionTrailRecord;
}

const BEIJING_OFFSET_MS = 8 * 3_600_000;

/**
 * Wraps a record (Event overview page). Such events carry their time with the offset of Beijing, and
 * their publishing time in UTC.
 */
export function cloudEventOf(call: ServedCall, id: string, data: ActionTrailRecord): CloudEvent {
  const { accountId } = call.caller;
  const regionId = call.parameters.get('RegionId') ?? '';
  const resource = subjectOf(call).ids[0] ?? call.requestId;
  return {
    id,
    source: 'acs.ecs',
    specversion: '1.0',
    type: `ecs:ActionTrail:${String(data.eventType)}`,
    subject: `acs.ecs:${regionId}:${accountId}:${resource}`,
    time: utcSeconds(call.at + BEIJING_OFFSET_MS).replace('Z', '+08:00'),
    datacontenttype: 'application/json;charset=utf-8',
    aliyunaccountid: accountId,
    aliyunoriginalaccountid: accountId,
    aliyunpublishtime: utcSeconds(call.at),
    aliyunpublishaddr: '127.0.0.1',
    aliyuneventbusname: 'default',
    aliyunregionid: regionId,
    data,
  };
}
