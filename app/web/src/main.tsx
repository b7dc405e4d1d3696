import { createRoot } from 'react-dom/client';
import { App } from './app';
import './styles/theme.css';
import './styles/layout.css';
import './styles/parts.css';

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);
