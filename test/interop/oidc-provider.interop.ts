import { oidcProvider } from './idps/oidc-provider.ts';
import { describeJourneys } from './journeys.ts';

// It remembers nobody here, and so has nobody to sign out; it knows no way to end our sessions.
describeJourneys(oidcProvider, ['logoutThere', 'loggedOutThere']);
