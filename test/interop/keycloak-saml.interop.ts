import { keycloakSaml } from './idps/keycloak.ts';
import { describeJourneys } from './journeys.ts';

// By SAML it can only be told through the browser of the person, never from behind.
describeJourneys(keycloakSaml, ['loggedOutThere']);
