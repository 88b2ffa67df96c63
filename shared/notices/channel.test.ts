import { parseChannels } from './index';

const WHSEC = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const DINGTALK = 'https://oapi.dingtalk.com/robot/send?access_token=TOKEN';
const FEISHU = 'https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN';
const SLACK = 'https://hooks.slack.com/services/T0/B0/TOKEN';

test('channels are divided by white space, with the secret behind the URL', () => {
  const text = ` dingtalk=${DINGTALK}#SECTOKEN\nfeishu=${FEISHU} slack=${SLACK}\twebhook=https://a.example:8443/x#${WHSEC} `;
  expect(parseChannels(text).map((channel) => ({ ...channel, url: channel.url.href }))).toEqual([
    { kind: 'dingtalk', name: 'dingtalk-1', url: DINGTALK, secret: 'SECTOKEN' },
    { kind: 'feishu', name: 'feishu-2', url: FEISHU },
    { kind: 'slack', name: 'slack-3', url: SLACK },
    { kind: 'webhook', name: 'webhook-4', url: 'https://a.example:8443/x', secret: WHSEC },
  ]);
});

test('no text is no channel', () => {
  expect(parseChannels(' \n')).toEqual([]);
});

test('a secret keeps what URLs give a meaning to', () => {
  expect(parseChannels(`feishu=${FEISHU}#a#b/c+d=`)).toMatchObject([{ secret: 'a#b/c+d=' }]);
});

test.each(['127.0.0.1:80', '127.9.8.7', 'localhost:8080', '[::1]:1'])(
  'plain HTTP is good enough for %s',
  (host) => {
    expect(parseChannels(`slack=http://${host}/TOKEN`)).toHaveLength(1);
  },
);

test.each([
  ['TOKEN', 'channel 1 of 1 has no known kind: write KIND=URL or KIND=URL#SECRET'],
  [`teams=${SLACK}`, 'channel 1 of 1 has no known kind'],
  [SLACK, 'channel 1 of 1 has no known kind'],
  [`Slack=${SLACK}`, 'has no known kind'],
  ['slack=TOKEN', 'channel 1 of 1 (slack) has no URL'],
  ['slack=', 'channel 1 of 1 (slack) has no URL'],
  ['slack=mailto:TOKEN', 'channel 1 of 1 (slack) has no URL'],
  [`slack=${SLACK} feishu=TOKEN`, 'channel 2 of 2 (feishu) has no URL'],
  [`slack=${SLACK},feishu=${FEISHU}`, 'has a comma behind it: divide channels by spaces'],
  [`slack=${SLACK},`, 'has a comma behind it'],
  [`slack=${SLACK}#TOKEN`, 'channel 1 of 1 (slack, hooks.slack.com) has a secret'],
  [`feishu=${FEISHU}#`, 'channel 1 of 1 (feishu, open.feishu.cn) has an empty secret'],
  [`slack=${SLACK.replace('https', 'http')}`, '(slack, hooks.slack.com) is not reached by https'],
  ['slack=http://127.0.0.1.evil.example/TOKEN', 'is not reached by https'],
  ['slack=http://192.168.0.1/TOKEN', 'is not reached by https'],
  ['slack=ftp://127.0.0.1/TOKEN', 'is not reached by https'],
  ['slack=https://u:TOKEN@a.example/', '(slack, a.example) has a user name or password'],
  ['dingtalk=https://oapi.dingtalk.com/TOKEN', '(dingtalk, oapi.dingtalk.com) has no access_token'],
  ['feishu=https://open.feishu.cn/open-apis/bot/hook/TOKEN', 'is not the webhook of a custom bot'],
  ['webhook=https://a.example/TOKEN', '(webhook, a.example): there is no webhook secret'],
  ['webhook=https://a.example/#TOKEN', 'webhook secret 1 of 1 does not begin with whsec_'],
  ['webhook=https://a.example/#whsec_TOKEN', 'webhook secret 1 of 1 is not base64'],
])('%s is refused, without a token being shown', (text, problem) => {
  expect(() => parseChannels(text)).toThrow(problem);
  expect(() => parseChannels(text)).toThrow(/^(?!.*TOKEN)/s);
});
