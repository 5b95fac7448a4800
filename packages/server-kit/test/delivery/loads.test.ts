import { describeLoads } from './describe-loads.ts';

describeLoads([
  {
    name: 'F4: frames that come twice, both directions',
    scenario: 'duplicates',
    faults: 300,
    finds: ['client takes events twice', 'server runs what runs already'],
  },
  {
    name: 'F5: frames out of order, both directions',
    scenario: 'reordered',
    faults: 300,
    finds: ['client ignores gaps'],
  },
  {
    name: 'F6: the server killed 13 times, its store on disk',
    scenario: 'kills',
    faults: 0,
    finds: ['server does not write down what begins'],
  },
]);
